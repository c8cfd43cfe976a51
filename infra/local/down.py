"""`make down`: stop the stack that runs in this folder, and wait until it has stopped."""

import argparse
import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from infra.local import run_record
from infra.local.home import Home

_ORDERLY = 45.0  # seconds: every stage has its own bound, and together they stay below this
_LOOK = 0.05  # seconds


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; 0 also when nothing ran."""
    arguments = argparse.ArgumentParser(prog="make down", description=__doc__)
    arguments.add_argument("--home", type=Path, default=Home().root)
    home = Home(arguments.parse_args(argv).home.resolve())
    record = run_record.read_running(home)
    if record is None:
        sys.stdout.write("Nothing runs here.\n")
        return 0
    for number, patience in ((signal.SIGTERM, _ORDERLY), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(record.pid, number)
        if _released(home, patience):
            sys.stdout.write("Everything is stopped.\n")
            return 0
    sys.stdout.write(f"Process {record.pid} does not stop.\n")
    return 1


def _released(home: Home, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while run_record.is_held(home):
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK)
    return True


if __name__ == "__main__":
    sys.exit(main())
