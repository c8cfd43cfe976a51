"""What JSON from outside may hold when it travels on as it came: no deeper, wider or odder than any reader takes.

Evidence has a value of any shape until compliance judges it; a number or a name that a database or the next reader
can't hold would stop there instead of being told here.
"""

import math

DEEPEST = 16
WIDEST = 1000
_LARGEST_NUMBER = 2**53 - 1
"""What every reader of JSON can hold exactly (RFC 8259, section 6)."""


def is_plain(value: object, depth: int = DEEPEST) -> bool:
    """Whether a value parsed from JSON can travel on."""
    match value:
        case str():
            return _is_text(value)
        case bool() | int() | float() | None:
            return value is None or (math.isfinite(value) and abs(value) <= _LARGEST_NUMBER)
        case list() | dict() if depth == 0 or len(value) > WIDEST:
            return False
        case list():
            return all(is_plain(one, depth - 1) for one in value)
        case dict():
            return all(_is_name(name) and is_plain(one, depth - 1) for name, one in value.items())
    return False


def _is_name(name: str) -> bool:
    return _is_text(name) and not name.startswith("$")


def _is_text(text: str) -> bool:
    """Whether it is Unicode that has a UTF-8 form, without the NUL that ends a name in BSON."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
