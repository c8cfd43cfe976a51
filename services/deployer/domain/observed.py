"""What a cluster shows of one deployment, in Kubernetes' own terms. Every adapter gives this; rollout.py judges it.

`Happening` is what Kubernetes tells in a pod's Events and conditions; `Pod` and `Container` are its status.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Value = str | int | float | bool
OOM_KILLED = "OOMKilled"
"""What stands in place of a last line when a container was killed for using more memory than its limit."""


class Reason(StrEnum):
    """What can happen to a pod, by the reason Kubernetes gives."""

    SCHEDULED = "Scheduled"
    FAILED_SCHEDULING = "FailedScheduling"
    PULLING = "Pulling"
    PULLED = "Pulled"
    STARTED = "Started"
    RESTARTED = "Restarted"
    READY = "Ready"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to one pod, with the parameters of its step."""

    at: datetime
    pod: str
    reason: Reason
    params: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Container:
    """A container's status. `waiting` is its reason when it does not run, e.g. ImagePullBackOff or CrashLoopBackOff."""

    name: str
    image: str
    ready: bool = False
    waiting: str | None = None
    restarts: int = 0
    exit_code: int | None = None
    last_line: str | None = None
    pull_attempts: int = 0
    how_to_add: str | None = None
    """Where the image could be added, when the registry is a file."""
    probe_path: str | None = None
    probe_answer: str | None = None
    """What the readiness probe got, while the app answers it and the answer is no."""
    answering_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shortage:
    """A resource that is asked for and not there. `free` is the most that one node, or the quota, has left.

    `too_large` says that no node could take it even when it were empty.
    """

    resource: str
    asked: str
    free: str
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod's status. `available`: ready for as long as the Deployment asks; `shortage`: why no node takes it."""

    name: str
    created: datetime
    node: str | None
    containers: tuple[Container, ...]
    available: bool = False
    shortage: Shortage | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class QuotaRefusal:
    """Pods that were not created, because the namespace's quota has no room (ReplicaFailure, FailedCreate)."""

    resource: str
    asked: str
    used: str
    limit: str
    message: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """What a cluster shows of one deployment at one moment. Without `next_change_at`, time alone changes nothing.

    `pods` are those of the newest template; `outdated` counts those of older ones that are still there.
    """

    wanted: int
    pods: tuple[Pod, ...] = ()
    outdated: int = 0
    happened: tuple[Happening, ...] = ()
    refusal: QuotaRefusal | None = None
    next_change_at: datetime | None = None

    @property
    def ready(self) -> int:
        """How many pods are ready, and have been long enough to count."""
        return sum(pod.available for pod in self.pods)

    @property
    def complete(self) -> bool:
        """Whether the rollout is over: as many pods as asked for, all ready, and none of an older template."""
        return self.ready == len(self.pods) == self.wanted and not self.outdated
