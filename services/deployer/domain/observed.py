"""What a cluster shows of one deployment, in Kubernetes' own terms. Every adapter gives this; rollout.py judges it.

`Happening` is what Kubernetes tells in a pod's Events and conditions; the rest are statuses. Sentences stay as the
cluster words them: what they say is read once, in kubernetes_words.py, whoever filled them in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.deployer.domain.egress import Egress

Value = str | int | float | bool
OOM_KILLED = "OOMKilled"
"""The reason of a container that was killed for using more memory than its limit."""


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
class Ended:
    """How a container ended last (`lastState.terminated`): the reason, e.g. Error or OOMKilled, and the exit code."""

    reason: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class Unhealthy:
    """A probe that fails, since when, and the sentence of its Event (`Readiness probe failed: …`).

    `path` is what is asked by HTTP; None when only the port is opened.
    """

    since: datetime
    message: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """A container's status. `waiting` is its reason when it does not run, e.g. ImagePullBackOff or CrashLoopBackOff.

    `message` is the sentence beside that reason; `log` the newest lines it wrote, those of the last run once it ended.
    """

    name: str
    image: str
    ready: bool = False
    waiting: str | None = None
    message: str | None = None
    restarts: int = 0
    ended: Ended | None = None
    log: tuple[str, ...] = ()
    memory_limit: str | None = None
    pull_attempts: int = 0
    how_to_add: str | None = None
    """Where the image could be added, when the registry is a file."""
    unhealthy: Unhealthy | None = None
    """The readiness or startup probe, while the app is asked and the answer is no."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A resource that is asked for and not there: `free` is the most one node has left, `missing` what it lacks.

    `too_large` says that no node could take it even when it were empty.
    """

    resource: str
    asked: str
    free: str
    missing: str
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod's status. `available`: ready for as long as the Deployment asks.

    `unscheduled` is the sentence of PodScheduled=False; `shortage` the same in amounts, where the nodes are known.
    """

    name: str
    created: datetime
    node: str | None
    containers: tuple[Container, ...]
    available: bool = False
    unscheduled: str | None = None
    shortage: Shortage | None = None
    asked: Mapping[str, str] = field(default_factory=dict)
    """What its containers ask together, by resource."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A PersistentVolumeClaim with its phase (Pending, Bound, Lost), and what an Event says while it is not bound."""

    name: str
    size: str
    phase: str
    since: datetime
    message: str = ""


@dataclass(frozen=True, slots=True)
class NotCreated:
    """Pods that the API server refused to create: ReplicaFailure of the Deployment, with the server's sentence."""

    message: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Lost:
    """A pod that ran and counts no more: evicted, ended with its node, or cut off; `message` is the cluster's."""

    pod: str
    node: str
    message: str


@dataclass(frozen=True, slots=True)
class ApiWarning:
    """What the API server warned of when it took an object; its sentence names no object, so we do."""

    api: str
    kind: str
    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What a cluster shows of one deployment at one moment. Without `next_change_at`, time alone changes nothing.

    `pods` are those of the newest template; `outdated` counts those of older ones that are still there.
    """

    wanted: int
    pods: tuple[Pod, ...] = ()
    outdated: int = 0
    happened: tuple[Happening, ...] = ()
    not_created: NotCreated | None = None
    claims: tuple[Claim, ...] = ()
    egress: Egress | None = None
    """What the network policies let out; None when they forbid nothing."""
    stalled: bool = False
    """Whether Kubernetes itself gave up: Progressing=False, ProgressDeadlineExceeded."""
    next_change_at: datetime | None = None
    unavailable_since: datetime | None = None
    """Since when fewer pods are available than the Deployment must have; None when there are enough, or it is not
    told."""
    lost: tuple[Lost, ...] = ()
    """Pods that are lost, the newest last."""
    warnings: tuple[ApiWarning, ...] = ()
    """What the API server warned of since it was applied."""

    @property
    def ready(self) -> int:
        """How many pods are ready, and have been long enough to count."""
        return sum(pod.available for pod in self.pods)

    @property
    def complete(self) -> bool:
        """Whether the rollout is over: as many pods as asked for, all ready, and none of an older template."""
        return self.ready == len(self.pods) == self.wanted and not self.outdated
