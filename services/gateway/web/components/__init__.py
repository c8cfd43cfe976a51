"""The parts pages are made of: a folder each, with markup, style, behaviour and examples together."""
