"""The catalog's ports met with MongoDB."""
