"""What runs now, written down in one small file so that other commands and tests can see it and reach it.

The supervisor writes it at each change and removes it at the end. Whether a stack runs is decided by the lock that
its supervisor holds, never by this file: a supervisor killed with -9 leaves the file behind, and loses the lock.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from json import dumps, loads
from typing import Any

from infra.local.home import Home

STARTING, READY, STOPPING = "starting", "ready", "stopping"
DEAD, DONE, STOPPED, REFUSED = "dead", "done", "stopped", "refused"


@dataclass(slots=True)
class PartRecord:
    """One part: `pid` 0 when it has no process; `started` in seconds since 1970; `restarts` since the stack began."""

    pid: int = 0
    state: str = STOPPED
    started: float = 0.0
    restarts: int = 0
    reason: str = ""


@dataclass(slots=True)
class RunRecord:
    """One running stack: the supervisor's process, its base port and address, and its parts by name."""

    pid: int
    started: float
    port: int
    address: str
    ports: dict[str, int]
    state: str = STARTING
    cluster_id: str = ""
    parts: dict[str, PartRecord] = field(default_factory=dict)

    def all_ready(self) -> bool:
        """Whether every part does its work, or has done it."""
        return bool(self.parts) and all(part.state in {READY, DONE} for part in self.parts.values())


def write(home: Home, record: RunRecord) -> None:
    """Replace the file as a whole, so that no reader sees half of it."""
    draft = home.run_record.with_suffix(".draft")
    draft.write_text(dumps(asdict(record), indent=1) + "\n", encoding="utf-8")
    draft.replace(home.run_record)


def read(home: Home) -> RunRecord | None:
    """What was written last, whether or not it still runs; None when there is nothing or it cannot be read."""
    try:
        found: dict[str, Any] = loads(home.run_record.read_text(encoding="utf-8"))
        parts = {name: PartRecord(**part) for name, part in found.pop("parts").items()}
        return RunRecord(**found, parts=parts)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def read_running(home: Home) -> RunRecord | None:
    """The record of a stack that runs at this moment; None when none does."""
    return read(home) if is_held(home) else None


def is_held(home: Home) -> bool:
    """Whether a supervisor lives in this home."""
    if not home.lock.is_file():
        return False
    with home.lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextlib.contextmanager
def hold(home: Home) -> Iterator[bool]:
    """Hold this home as its only supervisor; False when another one does."""
    descriptor = os.open(home.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _lock(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    # Somebody who only looks holds it for a moment; a supervisor holds it for longer than these tries take.
    for _ in range(10):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
        else:
            return True
    return False
