"""What the supervisor knows of the things it starts: parts, in stages that follow one another."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.local.ready import ReadyCheck

# A service ends with this code when the log began anew under it (another epoch): it asks to be started again.
EPOCH_CHANGED = 75
# And with this one when its database is an older copy: starting it again helps only after it was restored.
LEDGER_SHORT = 78


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the stack.

    `ready` None means a one-shot: it is done when it exits with 0. `stop_within` is the grace
    between SIGTERM and SIGKILL, in seconds.
    """

    name: str
    command: tuple[str, ...]
    ready: ReadyCheck | None
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_within: float = 10.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Parts that start side by side once everything before them is ready.

    With `carries_the_rest`, a death in this stage ends everything after it, to be started anew: services cannot
    ride out the loss of a log that comes back empty.
    """

    name: str
    parts: tuple[Part, ...]
    carries_the_rest: bool = False
