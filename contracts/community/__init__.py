"""What is said by and about the community."""
