"""The sub-commands, one a file; `pyproject.toml` lists them as entry points."""
