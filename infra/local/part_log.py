"""What a part writes to its output, in a file that cannot grow without end."""

from collections import deque
from pathlib import Path

LARGEST = 5 * 1024 * 1024  # bytes; one older file of the same size is kept beside it
LAST_LINES = 10


class PartLog:
    """The log file of one part; when it is full, it becomes `<name>.log.1` and a new one begins."""

    def __init__(self, path: Path, largest: int = LARGEST) -> None:
        """Open the file for appending; `largest` is in bytes."""
        self._path = path
        self._largest = largest
        self._file = path.open("ab", buffering=0)

    def write(self, output: bytes) -> None:
        """Append what the part wrote."""
        if self._file.tell() + len(output) > self._largest:
            self._file.close()
            self._path.replace(self._path.with_name(self._path.name + ".1"))
            self._file = self._path.open("ab", buffering=0)
        self._file.write(output[-self._largest :])

    def close(self) -> None:
        """Write no more."""
        self._file.close()


def last_lines(path: Path, count: int = LAST_LINES) -> list[str]:
    """The last lines of a log, without their line ends."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", errors="replace") as file:
        return [line.rstrip("\n") for line in deque(file, maxlen=count)]
