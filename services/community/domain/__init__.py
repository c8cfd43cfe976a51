"""The nouns of the community and its pure decisions."""
