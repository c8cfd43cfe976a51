"""The sentences people read, in Dutch and English; one folder per language, one file per concern."""
