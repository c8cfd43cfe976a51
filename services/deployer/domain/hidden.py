"""A text without the secrets in it. Pure; hide_secrets.py brings the values.

A short value is hidden too: a text with too many marks is better than one with a password. Whoever cut a text before it
came here may have left the first part of a value at the end of a line, which is hidden as well.
"""

import base64
import json
import re
from collections.abc import Iterable

MARK = "•••"
CUT = "…"
"""What stands at the end of a text that was cut off, as a rule."""
SHORTEST_HEAD = 6
"""Characters at the end of a text that are taken for the beginning of a value."""
_IN_ADDRESS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,200}:)[^\s@/]{1,200}@", re.IGNORECASE)
_NAMED = re.compile(
    r"(?P<name>(?:password|passwd|pwd|secret|token|api[_-]?key|authorization)\"?\s*[=:]\s*\"?(?:bearer |basic )?)"
    r"[^\s\",;&]{1,500}",
    re.IGNORECASE,
)


def hidden(text: str, values: Iterable[str]) -> str:
    """The text with a mark for each value, also quoted, in base64 or cut off, and for what looks like a password."""
    forms = sorted({form for value in values for form in _forms(value)}, key=len, reverse=True)
    for form in forms:
        text = text.replace(form, MARK)
    for form in forms:
        if len(form) > SHORTEST_HEAD and form[:SHORTEST_HEAD] in text:
            text = "\n".join(_without_head(line, form) for line in text.split("\n"))
    text = _IN_ADDRESS.sub(rf"\g<scheme>{MARK}@", text)
    return _NAMED.sub(rf"\g<name>{MARK}", text)


def _forms(value: str) -> set[str]:
    """A value as texts show it: as it is, inside JSON, and in base64."""
    quoted = (json.dumps(value, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
    return {value, *quoted, _base64(value)} if value else set()


def _without_head(line: str, form: str) -> str:
    """A line that was cut off in the middle of a value, without the part of the value that is left."""
    said = line.removesuffix(CUT)
    at = said.find(form[:SHORTEST_HEAD], max(len(said) - len(form), 0))
    while at >= 0:
        if form.startswith(said[at:]):
            return said[:at] + MARK + line[len(said) :]
        at = said.find(form[:SHORTEST_HEAD], at + 1)
    return line


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()
