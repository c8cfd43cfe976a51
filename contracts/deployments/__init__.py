"""What is said about deployments."""
