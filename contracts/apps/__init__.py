"""What is said about apps and their versions."""
