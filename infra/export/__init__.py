"""What the contracts look like to somebody without Python: schemas, examples and tables, made from the classes."""
