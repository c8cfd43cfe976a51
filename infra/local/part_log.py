"""What a part writes to its output, in a file that cannot grow without end."""

from collections import deque
from datetime import datetime
from pathlib import Path

LARGEST = 5 * 1024 * 1024  # bytes; one older file of the same size is kept beside it
LAST_LINES = 10
_LONGEST_LINE = 500  # characters
_START = "--- started"


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


def start_line(pid: int, now: datetime) -> str:
    """The line that divides one process's output from the next one's."""
    return f"{_START} {now:%Y-%m-%dT%H:%M:%SZ}, process {pid}\n"


def last_lines(path: Path, count: int = LAST_LINES) -> list[str]:
    """The last lines that the newest process wrote, without their line ends, each cut to a readable length."""
    if not path.is_file():
        return []
    lines: deque[str] = deque(maxlen=count)
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith(_START):
                lines.clear()
            else:
                lines.append(line.rstrip("\n")[:_LONGEST_LINE])
    return list(lines)
