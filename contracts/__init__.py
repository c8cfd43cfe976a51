"""What is said between services: pure pydantic, no input or output, imported by everybody, importing nobody."""
