"""When a rollout that is not ready has failed. A failure is decided by what the cluster shows, not by hope.

The findings themselves are in doctor/, one a file; each looks at one observation through a `Look`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.observed import Observation, Reason, Value

UNKNOWN = "?"
"""What stands in a failure's parameters for what the cluster does not tell."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each kind of trouble may last. The service's settings say why each number."""

    image_pull_attempts: int = 3
    crash_restarts: int = 3
    shortage_seconds: float = 3
    probe_failure_seconds: float = 10
    progress_deadline_seconds: float = 600
    degraded_seconds: float = 30
    recovered_seconds: float = 60


@dataclass(frozen=True, slots=True)
class Failure:
    """It will not become ready: cause, whose turn it is, and the evidence."""

    cause: Cause
    fault: Fault
    params: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Finding:
    """A failure, or what will be one at `due` if nothing changes until then; without `due` only a change decides.

    `seen` is False for what is only a limit: nothing of it can be seen before it is reached.
    """

    failure: Failure
    certain: bool
    due: datetime | None = None
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """One look at what a cluster shows: patience with it began at `since`."""

    observed: Observation
    since: datetime
    now: datetime
    patience: Patience

    def counted(self, failure: Failure, times: int, enough: int) -> Finding:
        """Certain once it happened often enough."""
        return Finding(failure, certain=times >= enough)

    def lasting(self, failure: Failure, since: datetime, seconds: float) -> Finding:
        """Certain once it lasted so long, in the time that this rollout is responsible for."""
        due = max(since, self.since) + timedelta(seconds=seconds)
        return Finding(failure, certain=self.now >= due, due=due)

    @property
    def progressed_at(self) -> datetime:
        """When the rollout came nearer to its end last: its start, or the newest pod that became ready."""
        ready = (one.at for one in self.observed.happened if one.reason is Reason.READY)
        return max((self.since, *ready))
