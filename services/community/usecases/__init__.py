"""What the community does, one verb a file."""
