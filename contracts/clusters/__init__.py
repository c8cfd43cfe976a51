"""What is said about clusters."""
