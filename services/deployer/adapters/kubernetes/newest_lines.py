"""The newest lines of a log that comes in pieces of any size, as many as memory is given for. Used by logs.py. Pure.

A node gives a log oldest first, so whoever wants its end has to let the beginning pass.
"""

from collections import deque

from contracts.deployments.logs import LONGEST_LINE
from services.deployer.domain.log import moment_of

MOST_BYTES = 128 * 1024
"""Of one container in one look."""
_LONGEST_BYTES = 4 * LONGEST_LINE + 64
"""A line's moment, and its characters in UTF-8 at their longest."""


class NewestLines:
    """Takes a log piece by piece, and keeps whole lines from its end; lines up to the moment `after` do not count."""

    def __init__(self, after: str | None = None) -> None:
        self._after = moment_of(after) if after else ""
        self._lines: deque[bytes] = deque()
        self._size = 0
        self._rest = b""
        self.cut = False
        """Whether lines that count were let go."""

    def take(self, piece: bytes) -> None:
        """The next piece. What is longer than a line may be is cut before it is kept."""
        *lines, rest = (self._rest + piece).split(b"\n")
        for line in lines:
            self._keep(line[:_LONGEST_BYTES])
        self._rest = rest[:_LONGEST_BYTES]

    @property
    def text(self) -> bytes:
        """The lines that are kept. Half a line at the end is none yet, and may hold half of a secret."""
        return b"".join(line + b"\n" for line in self._lines)

    def _keep(self, line: bytes) -> None:
        if self._after and moment_of(line.partition(b" ")[0].decode("utf-8", "replace")) <= self._after:
            return
        self._lines.append(line)
        self._size += len(line) + 1
        while self._size > MOST_BYTES:
            self._size -= len(self._lines.popleft()) + 1
            self.cut = True
