"""What the deployer needs from outside, and the `World` that holds one of each for one motion.

Adapters meet these; use cases see nothing else. `Cluster` speaks of objects, server-side apply and statuses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from chassis.clock import Clock
from chassis.motions import Record
from contracts.clusters.events import ClusterRegistered
from contracts.deployments.logs import ClusterHappenings, LogLines
from contracts.deployments.secrets import SecretSealed
from services.deployer.domain.cluster import Cluster as KnownCluster
from services.deployer.domain.deployment import Deployment
from services.deployer.domain.desired import Desired
from services.deployer.domain.drift import Drifted
from services.deployer.domain.health import Patience
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.known_version import KnownVersion
from services.deployer.domain.log import LogWish
from services.deployer.domain.observed import Observation
from services.deployer.domain.rehearsal import Rehearsal
from services.deployer.domain.sealing import SealingKey

Object = dict[str, Any]


class ObjectRefused(Exception):  # noqa: N818 - the API server's word
    """The cluster refused an object (422 Invalid, or 409 when it is somebody else's). `field` is a path, or `.`."""

    def __init__(self, kind: str, name: str, field: str, message: str) -> None:
        super().__init__(f"{kind} {name}: {field}: {message}")
        self.kind, self.name, self.field, self.message = kind, name, field, message


class FieldConflict(ObjectRefused):
    """Fields that we want otherwise belong to another field manager. `fields`: path, and who has it.

    Only somebody who asks for it takes them back (`apply` with `force`). `drifted` is what differs, when it was read.
    """

    def __init__(
        self, kind: str, name: str, fields: tuple[tuple[str, str], ...], drifted: Drifted | None = None
    ) -> None:
        field = fields[0][0] if fields else "."
        super().__init__(kind, name, field, "; ".join(f"{path}: {message}" for path, message in fields))
        self.fields, self.drifted = fields, drifted


@dataclass(frozen=True, slots=True)
class Deletion:
    """What a delete did: objects removed now, objects that are still there, and the names of data volumes it kept."""

    removed: int
    remaining: int
    kept: tuple[str, ...] = ()


class Facts(Protocol):
    """What of a cluster may be asked inside a motion: it is known already, or `NotNow`."""

    async def facts(self) -> ClusterRegistered:
        """What this cluster is and offers."""
        ...


class Cluster(Facts, Protocol):
    """A cluster. Every call is level-triggered: the same again changes nothing. A reconcile has one (`Turn`)."""

    async def apply(self, deployment: str, objects: Sequence[Object], *, force: bool = False) -> int:
        """Make these the objects of a deployment, in this order; how many were written.

        `force` takes fields back that another field manager took, after somebody decided so. Raises ObjectRefused (a
        FieldConflict when it is about such fields); objects that stand before the refused one may be written by then,
        nothing of others ever is.
        """
        ...

    async def objects_of(self, deployment: str) -> tuple[Object, ...]:
        """The objects that carry the deployment's label."""
        ...

    async def drift(self, deployment: str, objects: Sequence[Object]) -> tuple[Drifted, ...]:
        """Which of the deployment's own objects somebody deleted, or changed since they were applied like this.

        One that was applied as something else is no drift: it is still to be written. Writes nothing.
        """
        ...

    async def rehearse(self, deployment: str, objects: Sequence[Object]) -> Rehearsal:
        """What `apply` of these would do, and what would be said of each; nothing is changed. Raises NotNow."""
        ...

    async def observe(self, deployment: str) -> Observation | None:
        """What the cluster shows of a deployment now; None when it has no workload there."""
        ...

    async def logs(self, deployment: str, wish: LogWish) -> LogLines:
        """The wanted lines of its containers; none without pods. Bounded by `contracts.deployments.logs`."""
        ...

    async def happenings(self, deployment: str) -> ClusterHappenings:
        """What is told of its objects, oldest first, as long as the cluster remembers it."""
        ...

    async def delete(self, deployment: str, *, data: bool = True) -> Deletion:
        """Remove what belongs to a deployment; its data volumes too, unless told otherwise."""
        ...


class Deployments(Protocol):
    """The deployer's own deployments, folded from its events."""

    async def get(self, deployment: str) -> Deployment | None:
        """One deployment, with what this motion recorded."""
        ...


class Clusters(Protocol):
    """The clusters the world was told about."""

    async def get(self, cluster: str) -> KnownCluster | None:
        """What was told last about one cluster."""
        ...


class KnownRequests(Protocol):
    """The newest request of each deployment."""

    async def get(self, deployment: str) -> KnownRequest | None:
        """The newest request for a deployment."""
        ...

    async def keep(self, request: KnownRequest) -> None:
        """Remember this as the newest, open until `ended`."""
        ...

    async def ended(self, request: KnownRequest) -> None:
        """This generation has its answer or was started: no deadline is watched for it any more.

        Always a write, so that an end and a request in the same moment never both believe to be alone.
        """
        ...

    async def unanswered(self, limit: int) -> tuple[KnownRequest, ...]:
        """Requests whose deadline is still watched, the one that is due first coming first."""
        ...


class KnownVersions(Protocol):
    """The versions the catalog published."""

    async def get(self, app: str, version: str) -> KnownVersion | None:
        """One version, or None when it is not known (yet)."""
        ...

    async def keep(self, version: KnownVersion) -> None:
        """Remember a version, in place of what was known about it."""
        ...


class DesiredStates(Protocol):
    """What each started deployment should look like."""

    async def get(self, deployment: str) -> Desired | None:
        """What it should look like; None when nothing should be there."""
        ...

    async def keep(self, desired: Desired) -> None:
        """From now on it should look like this."""
        ...

    async def forget(self, deployment: str) -> None:
        """From now on nothing should be there."""
        ...


class Secrets(Protocol):
    """Values of secret parameters."""

    @property
    def offered(self) -> bool:
        """Whether secrets can be kept here at all; the operator brings a key for it."""
        ...

    async def has(self, secret: str) -> bool:
        """Whether this secret is kept."""
        ...

    async def keep(self, secret: str, deployment: str, value: str) -> None:
        """Keep a value for a deployment."""
        ...

    async def value(self, secret: str) -> str | None:
        """A value; None when it is not kept."""
        ...

    async def all_of(self, deployment: str) -> tuple[str, ...]:
        """Every value that is kept of a deployment, those of earlier revisions too; none where none can be kept."""
        ...

    async def generated(self, deployment: str, parameter: str) -> str:
        """The value made here for a parameter; the same for as long as the deployment lives."""
        ...

    async def forget(self, deployment: str, *, generated: bool = True) -> None:
        """Keep nothing of a deployment; what was generated for it only where `generated` says so."""
        ...


class SealingKeys(Protocol):
    """What secrets for this cluster are sealed with."""

    async def all(self) -> tuple[SealingKey, ...]:
        """Every key that may still open something."""
        ...

    async def make(self, now: datetime) -> SealingKey:
        """A new one."""
        ...

    async def open(self, sealed: SecretSealed) -> str | None:
        """What was sealed; None when no key here opens it, or it is not what it says."""
        ...

    async def forget(self, key: SealingKey) -> None:
        """Destroy a key."""
        ...


class Revisions(Protocol):
    """What each of the newest revisions was built from."""

    async def get(self, deployment: str, revision: int) -> Desired | None:
        """One revision; None when there was none, or it is no longer kept."""
        ...

    async def keep(self, desired: Desired, proven: int | None) -> None:
        """Keep one more; of the older ones the newest, and the one that is `proven`, stay."""
        ...

    async def forget(self, deployment: str) -> None:
        """Keep none of a deployment's revisions."""
        ...


@dataclass(frozen=True)
class World:
    """Everything a use case may touch, for one motion."""

    clock: Clock
    record: Record
    wake: Callable[[str], None]
    """Have a deployment reconciled once this motion is committed; it also keeps a request or a desired state, which is
    how a replica that leads hears of it."""
    cluster: Facts
    deployments: Deployments
    clusters: Clusters
    requests: KnownRequests
    versions: KnownVersions
    desired: DesiredStates
    secrets: Secrets
    sealing_keys: SealingKeys
    sealing_key_lifetime: timedelta
    revisions: Revisions
    patience: Patience
    undecided_grace_seconds: float
    caught_up_at: datetime
    """From when on this process has surely read what others wrote while it was away."""
