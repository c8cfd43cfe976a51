"""Runs the demo: `python -m infra.local.demo`. Exit code 0 when every step did what it says, else 1."""

import asyncio
import signal
import sys

from infra.local.demo.step import StepFailedError, say
from infra.local.demo.story import tell

INTERRUPTED = 130


def main() -> int:
    """Tell the story and return the exit code."""
    # Whoever ends it otherwise (a timeout, a closed terminal) must find everything as after Ctrl-C.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        asyncio.run(tell())
    except StepFailedError as failed:
        say(f'\nThe demo stopped at the step "{failed.step}": {failed.reason}')
        for command in failed.following:
            say(f"Next: {command}")
        return 1
    except KeyboardInterrupt:
        say("\nThe demo was stopped. Its next run removes what it made.")
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
