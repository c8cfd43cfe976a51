"""The community's ports met with MongoDB."""
