"""Policies as they lie in their folder."""
