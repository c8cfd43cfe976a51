"""One app in a list."""
