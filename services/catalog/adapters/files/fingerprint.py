"""What tells cheaply whether an app's folder changed: which files stand in it, and what the disk says of each.

Spares `app_folders.py` reading what it has read before, and lets `watch.py` notice what the kernel did not tell.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

Fingerprint = tuple[tuple[str, int, int, int, int], ...]
"""Per file: path, inode, size, and when its content and its status changed."""


def fingerprint_of(folder: Path) -> Fingerprint:
    """The fingerprint of one app's folder. What cannot be looked at counts as absent."""
    return tuple(_marks(folder))


def fingerprint_of_all(roots: Iterable[Path]) -> tuple[Fingerprint, ...]:
    """The fingerprints of every app in these folders of apps."""
    return tuple(fingerprint_of(folder) for root in roots for folder in _entries(root))


def _marks(folder: Path) -> Iterator[tuple[str, int, int, int, int]]:
    for path in (folder, *_entries(folder), *_entries(folder / "versions")):
        try:
            status = path.stat()
        except OSError:
            continue
        yield str(path), status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder / name for name in os.listdir(folder))  # noqa: PTH208 - names are enough, and faster
    except OSError:
        return []
