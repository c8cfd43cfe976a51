"""Apps read from folders of YAML on disk."""
