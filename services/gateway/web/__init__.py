"""The pages people see: each a pure function from a view and texts to HTML."""
