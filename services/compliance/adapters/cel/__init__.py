"""Rules' expressions, evaluated by CEL (Google's C++ engine behind cel-expr-python)."""
