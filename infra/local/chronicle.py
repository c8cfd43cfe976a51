"""What happens to a stack, for two readers: a person at the terminal, and the run record for commands and tests."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from infra.local import run_record
from infra.local.home import Home
from infra.local.part_log import last_lines
from infra.local.run_record import PartRecord, RunRecord

Say = Callable[[str], None]


class Chronicle:
    """Keeps `record` true in `home`, and says the rest in plain lines."""

    def __init__(self, home: Home, record: RunRecord, names: Iterable[str], say: Say) -> None:
        """Begin with parts that do not run yet."""
        record.parts = {name: PartRecord() for name in names}
        self.record = record
        self.say = say
        self._home = home
        self._began = time.monotonic()
        self.write()

    def note(self, name: str, **changes: Any) -> None:
        """Write down what changed about a part."""
        for field, value in changes.items():
            setattr(self.record.parts[name], field, value)
        self.write()

    def stack_is(self, state: str) -> None:
        """Write down the state of the whole."""
        self.record.state = state
        self.write()

    def begin_again(self) -> None:
        """Count the time until everything is ready from now on."""
        self._began = time.monotonic()

    def stage_ready(self, name: str, began: float) -> None:
        """Say how long a stage took that began at `began` (monotonic seconds)."""
        self.say(f"  {name:<12} ready  {time.monotonic() - began:6.1f} s")

    def everything_ready(self) -> None:
        """Say how long the whole took."""
        self.stage_ready("everything", self._began)

    def show(self, name: str, what: str) -> None:
        """Say what happened to a part, with the last lines it wrote."""
        log = self.log_of(name)
        self.say(f"  {name} {what}. Its last lines ({log}):")
        for line in last_lines(log):
            self.say(f"    {line}")

    def log_of(self, name: str) -> Path:
        """Where a part's output goes."""
        return self._home.logs / f"{name}.log"

    def write(self) -> None:
        """Replace the run record."""
        run_record.write(self._home, self.record)

    def close(self) -> None:
        """Nothing runs any more."""
        self._home.run_record.unlink(missing_ok=True)
