"""One step of the demo: announced, timed, and ended at its deadline."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from appstore_client.problem import Problem


class UnexpectedError(Exception):
    """The platform answered, and not what this step is about; `following` holds the commands that help."""

    def __init__(self, reason: str, following: tuple[str, ...] = ("appstore operations", "make status")) -> None:
        super().__init__(reason)
        self.following = following


class StepFailedError(Exception):
    """A step did not do what it says; `following` holds the commands that help."""

    def __init__(self, step: str, reason: str, following: tuple[str, ...]) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step
        self.reason = reason
        self.following = following


def say(line: str) -> None:
    """Write one line at once, also when nobody looks at a terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Steps:
    """Numbers the steps and remembers how long each took (seconds)."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, float]] = []

    @asynccontextmanager
    async def step(self, title: str, within: float) -> AsyncIterator[None]:
        """Run the body as a step of at most `within` seconds; raises `StepFailedError`."""
        say(f"\n{len(self.taken) + 1}. {title}")
        began = time.monotonic()
        try:
            async with asyncio.timeout(within):
                yield
        except TimeoutError as error:
            raise StepFailedError(title, f"it was not done within {within:g} s", ("make status",)) from error
        except UnexpectedError as error:
            raise StepFailedError(title, str(error), error.following) from error
        except Problem as problem:
            reason = ": ".join(filter(None, (problem.title, problem.detail)))
            raise StepFailedError(title, reason, problem.next or ("make status",)) from problem
        seconds = time.monotonic() - began
        self.taken.append((title, seconds))
        say(f"   done in {seconds:.2f} s (deadline {within:g} s)")
