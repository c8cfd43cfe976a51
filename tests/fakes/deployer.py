"""A world for the deployer's use cases: its stores in memory, its clock in the test's hand, the sandbox as it is.

Recorded events are folded as the chassis folds them, so that a test can go on from what was recorded.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar

from chassis.motions import Lineage
from contracts.envelope import Event
from contracts.payload import Payload
from services.deployer.adapters.sandbox.cluster import SandboxCluster
from services.deployer.adapters.sandbox.cluster_file import ClusterFile
from services.deployer.adapters.sandbox.cluster_watch import WatchedClusterFile
from services.deployer.domain import cluster, deployment
from services.deployer.domain.desired import KEPT_REVISIONS, Desired
from services.deployer.domain.drift import DriftPolicy
from services.deployer.domain.health import Patience
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.known_version import KnownVersion
from services.deployer.ports import Cluster, Object, World
from services.deployer.reconciler.turn import Turn
from tests.fakes.deployer_examples import START, an_event, an_id
from tests.fakes.deployer_secrets import MemorySecrets, NoSealingKeys

S = TypeVar("S")
T = TypeVar("T")


class HandClock:
    """A clock that goes on only when told to."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        """The time now."""
        return self.moment

    def after(self, seconds: float) -> None:
        """Let time pass."""
        self.moment += timedelta(seconds=seconds)


class FixedClusterFile(WatchedClusterFile):
    """A cluster's file that says what a test wants, whatever is on disk."""

    def __init__(self, path: Path, cluster: ClusterFile) -> None:
        super().__init__(path)
        self._fixed = cluster

    def current(self) -> ClusterFile:
        """The cluster as the test describes it."""
        return self._fixed


class MemoryObjects:
    """The object store in memory; `writes` counts what a database would have been asked to change."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str, str], Object] = {}
        self.revision = 0
        self.writes = 0
        self.before_write: Callable[[int], None] = lambda _number: None

    async def of_deployment(self, deployment: str) -> tuple[Object, ...]:
        """The objects with the deployment's label."""
        return tuple(
            one
            for one in self.objects.values()
            if one["metadata"].get("labels", {}).get("appstore.nl/deployment") == deployment
        )

    async def of_kind(self, kind: str) -> tuple[Object, ...]:
        """Every object of one kind."""
        return tuple(one for one in self.objects.values() if one["kind"] == kind)

    async def named(self, kind: str, namespace: str, name: str) -> Object | None:
        """One object."""
        return self.objects.get((kind, namespace, name))

    async def put(self, found: Object) -> None:
        """Write an object whole."""
        self._count()
        self.objects[_place(found)] = found

    async def remove(self, found: Object) -> None:
        """Remove an object."""
        self._count()
        del self.objects[_place(found)]

    async def next_revision(self) -> int:
        """The next resource version."""
        self.revision += 1
        return self.revision

    def _count(self) -> None:
        self.writes += 1
        self.before_write(self.writes)


def _place(found: Object) -> tuple[str, str, str]:
    metadata = found["metadata"]
    return found["kind"], metadata.get("namespace", ""), metadata["name"]


@dataclass
class FakeWorld:
    """The stores behind a `World`, and what was recorded."""

    file: Path
    clock: HandClock = field(default_factory=HandClock)
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    recorded: list[Event[Any]] = field(default_factory=list)
    woken: list[str] = field(default_factory=list)
    caught_up_at: datetime = START
    patience: Patience = field(default_factory=Patience)
    drift: DriftPolicy = DriftPolicy.HEAL
    secrets: MemorySecrets = field(default_factory=MemorySecrets)
    _requests: dict[str, KnownRequest] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)
    _versions: dict[tuple[str, str], KnownVersion] = field(default_factory=dict)
    _desired: dict[str, Desired] = field(default_factory=dict)
    _revisions: dict[tuple[str, int], Desired] = field(default_factory=dict)
    _deployments: dict[str, deployment.Deployment] = field(default_factory=dict)
    _clusters: dict[str, cluster.Cluster] = field(default_factory=dict)
    _ids: int = 0x1000

    def __post_init__(self) -> None:
        """Read the cluster's file."""
        self.watched: WatchedClusterFile = WatchedClusterFile(self.file)
        self.other_cluster: Cluster | None = None

    @property
    def cluster(self) -> Cluster:
        """The cluster, as a reconcile sees it."""
        return self.other_cluster or SandboxCluster(self.objects, self.watched, self.clock, self.new_id)

    def turn(self) -> Turn:
        """One reconcile's turn: each of its motions is a world of its own, and nothing undoes what it wrote."""

        async def in_motion(work: Callable[[World], Awaitable[T]], /) -> T:
            return await work(self.world())

        return Turn(in_motion, self.cluster, self.clock, self.patience, self.drift)

    def world(self) -> World:
        """The world of one motion."""
        return World(
            clock=self.clock,
            record=self.record,
            wake=self.woken.append,
            cluster=self.cluster,
            deployments=_Folded(self._deployments),
            clusters=_Folded(self._clusters),
            requests=_Requests(self._requests, self._open),
            versions=_Versions(self._versions),
            desired=_DesiredStates(self._desired),
            secrets=self.secrets,
            sealing_keys=NoSealingKeys(),
            sealing_key_lifetime=timedelta(days=90),
            revisions=_Revisions(self._revisions),
            patience=self.patience,
            undecided_grace_seconds=5,
            caught_up_at=self.caught_up_at,
        )

    def lose_image(self, image: str) -> None:
        """The registry no longer knows an image, and every node was replaced: pods and what was fetched are gone."""
        cluster = self.watched.current()
        left = [one.model_dump(by_alias=False) for one in cluster.images if one.image != image]
        fewer = ClusterFile.model_validate({**cluster.model_dump(by_alias=False), "images": left})
        self.watched = FixedClusterFile(self.file, fewer)
        for place in [place for place in self.objects.objects if place[0] in ("Pod", "Node")]:
            del self.objects.objects[place]

    def new_id(self) -> str:
        """The next id."""
        self._ids += 1
        return an_id(self._ids)

    async def record(self, payload: Payload, *, generation: int | None = None, lineage: Lineage | None = None) -> None:
        """Fold and keep, as the chassis does."""
        event = an_event(payload, self.clock.now(), generation=generation, lineage=lineage)
        self.recorded.append(event)
        key = payload.key
        if payload.topic.subject == "deployments":
            self._deployments[key] = deployment.evolve(self._deployments.get(key), event)
        else:
            self._clusters[key] = cluster.evolve(self._clusters.get(key), event)

    def told(self) -> list[str]:
        """What was recorded, in short: the event's class, or the step or cause it names."""
        return [_short(event.data) for event in self.recorded]


def _short(data: Payload) -> str:
    for name in ("step", "cause", "outcome"):
        if hasattr(data, name):
            return str(getattr(data, name))
    return type(data).__name__


class _Folded(Generic[S]):
    def __init__(self, states: Mapping[str, S]) -> None:
        self._states = states

    async def get(self, key: str) -> S | None:
        return self._states.get(key)


class _Requests:
    def __init__(self, requests: dict[str, KnownRequest], unanswered: set[str]) -> None:
        self._requests, self._open = requests, unanswered

    async def get(self, deployment: str) -> KnownRequest | None:
        return self._requests.get(deployment)

    async def keep(self, request: KnownRequest) -> None:
        self._requests[request.deployment] = request
        self._open.add(request.deployment)

    async def ended(self, request: KnownRequest) -> None:
        self._open.discard(request.deployment)

    async def unanswered(self, limit: int) -> tuple[KnownRequest, ...]:
        found = sorted((self._requests[key] for key in self._open), key=lambda request: request.watched_until)
        return tuple(found[:limit])


class _Versions:
    def __init__(self, versions: dict[tuple[str, str], KnownVersion]) -> None:
        self._versions = versions

    async def get(self, app: str, version: str) -> KnownVersion | None:
        return self._versions.get((app, version))

    async def keep(self, version: KnownVersion) -> None:
        self._versions[version.app, version.version] = version


class _DesiredStates:
    def __init__(self, desired: dict[str, Desired]) -> None:
        self._desired = desired

    async def get(self, deployment: str) -> Desired | None:
        return self._desired.get(deployment)

    async def keep(self, desired: Desired) -> None:
        self._desired[desired.request.deployment] = desired

    async def forget(self, deployment: str) -> None:
        self._desired.pop(deployment, None)


class _Revisions:
    def __init__(self, revisions: dict[tuple[str, int], Desired]) -> None:
        self._revisions = revisions

    async def get(self, deployment: str, revision: int) -> Desired | None:
        return self._revisions.get((deployment, revision))

    async def keep(self, desired: Desired, proven: int | None) -> None:
        deployment = desired.request.deployment
        self._revisions[deployment, desired.revision] = desired
        for key in [key for key in self._revisions if key[0] == deployment]:
            if key[1] <= desired.revision - KEPT_REVISIONS and key[1] != proven:
                del self._revisions[key]

    async def forget(self, deployment: str) -> None:
        for key in [key for key in self._revisions if key[0] == deployment]:
            del self._revisions[key]
