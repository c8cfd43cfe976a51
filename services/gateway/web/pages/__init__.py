"""The pages: a folder each, with its view, markup, style and examples together."""
