"""What is wanted of a deployment's log and what was read of it. Pure; answer_log asks the cluster and hides secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from contracts.deployments.logs import LogLine, LogLines
from contracts.noun import write_time

_FRACTION = 9


@dataclass(frozen=True, slots=True)
class LogWish:
    """Which lines. `after`: the moment of the last line that was read, by pod and container; only later ones count.

    `since`: when following began. Of a container that no line was read of, what it wrote since then counts.
    """

    container: str | None = None
    tail: int = 100
    previous: bool = False
    since: str | None = None
    after: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def later(self, read: LogLines, read_at: datetime) -> "LogWish":
        """The wish for what comes after these lines, which were asked for at `read_at`."""
        last = {(line.pod, line.container): line.at for line in read.lines}
        return replace(self, since=self.since or write_time(read_at), after={**self.after, **last})

    def wants(self, line: LogLine) -> bool:
        """Whether a line was not read before."""
        last = self.after.get((line.pod, line.container))
        if last is not None:
            return moment_of(line.at) > moment_of(last)
        return self.since is None or moment_of(line.at) >= moment_of(self.since)


def newest(lines: list[LogLine], most: int, *, cut: bool = False, simulated: bool = False) -> LogLines:
    """The newest of these lines, in the order of time."""
    ordered = sorted(lines, key=lambda line: moment_of(line.at))
    kept = ordered[-most:] if most else []
    return LogLines(lines=tuple(kept), cut=cut or len(kept) < len(ordered), simulated=simulated)


def moment_of(text: str) -> str:
    """A moment as text that sorts by time: nodes leave zeros at the end of a fraction out."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return f"{whole}.{fraction.ljust(_FRACTION, '0')}"
