"""Community: what people who ran an app say about it."""
