"""The newest lines of a log, as many as an event can carry. Taken by the findings that show them."""

from collections.abc import Sequence

from services.deployer.domain.hidden import CUT

LINES = 10
LINE_LENGTH = 400


def last_lines(log: Sequence[str]) -> str:
    """The last ten lines, each cut to 400 characters: at most 4 KB of an event's 64."""
    return "\n".join(_short(line) for line in log[-LINES:])


def last_line(log: Sequence[str]) -> str:
    """The newest line with something in it."""
    return _short(next((line for line in reversed(log) if line.strip()), ""))


def _short(line: str) -> str:
    clean = "".join(sign if sign.isprintable() else " " for sign in line)
    return clean if len(clean) <= LINE_LENGTH else clean[: LINE_LENGTH - 1] + CUT
