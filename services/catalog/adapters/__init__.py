"""The catalog's ports met with a technology, one folder each."""
