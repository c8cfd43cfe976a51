"""Become another program that does not outlive its parent.

`python die_with_parent.py PARENT_PID PROGRAM ARGUMENT…` asks Linux to kill this process when its parent ends, even
when the parent is killed with -9, and then becomes PROGRAM (same process id). The supervisor starts every part this
way. It is a program of its own because a process with threads may not safely run code between fork and exec.

On systems other than Linux nothing is asked: parts of a supervisor that was killed with -9 live on, and the next
`make up` ends them by the process ids in the run record.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, program: list[str]) -> None:
    """Tie this process to `parent` (a process id) and become `program`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # The parent may have ended before the line above; then no signal will come any more.
        if os.getppid() != parent:
            sys.exit(1)
    os.execv(program[0], program)  # noqa: S606 - the program is one of our own parts, and no shell is wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
