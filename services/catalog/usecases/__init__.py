"""What the catalog does, one verb a file."""
