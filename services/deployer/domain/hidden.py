"""A text without the secrets in it. Pure; hide_secrets.py brings the values.

A short value is hidden too: a text with too many marks is better than one with a password.
"""

import base64
import re
from collections.abc import Iterable

MARK = "•••"
_IN_ADDRESS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,200}:)[^\s@/]{1,200}@", re.IGNORECASE)
_NAMED = re.compile(
    r"(?P<name>(?:password|passwd|pwd|secret|token|api[_-]?key|authorization)\"?\s*[=:]\s*\"?(?:bearer |basic )?)"
    r"[^\s\",;&]{1,500}",
    re.IGNORECASE,
)


def hidden(text: str, values: Iterable[str]) -> str:
    """The text with a mark for each value, also in base64, and for what looks like a password."""
    for value in sorted({*values, *map(_base64, values)}, key=len, reverse=True):
        text = text.replace(value, MARK)
    text = _IN_ADDRESS.sub(rf"\g<scheme>{MARK}@", text)
    return _NAMED.sub(rf"\g<name>{MARK}", text)


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()
