"""The World of compliance in dictionaries: what the use cases are tested on, without broker or database.

`record` does what the chassis does: number, stamp and fold each event. States go through JSON on the way, as they go
through MongoDB, so that a value which changes on that road shows up here.
"""

import itertools
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from chassis.motions import Keeps, Lineage
from contracts.envelope import Context, Event, padded
from contracts.identifiers import AppId, ClusterId, DeploymentId, RuleId, VersionTag, version_key
from contracts.noun import Noun
from contracts.payload import Payload
from services.compliance.adapters.cel.compiler import CelCompiler
from services.compliance.adapters.files.policies import read_policies
from services.compliance.domain.evidence import EvidenceState
from services.compliance.domain.gate import DecisionState
from services.compliance.domain.known_cluster import KnownCluster
from services.compliance.domain.known_version import KnownApp, KnownVersion
from services.compliance.domain.policy import PolicySet, RuleState
from services.compliance.domain.score import VerdictState
from services.compliance.handlers import MOTIONS
from services.compliance.ports import World

POLICIES = Path(__file__).parents[2] / "services" / "compliance" / "policies"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

N = TypeVar("N", bound=Noun)
_FOLDS = {row.topic.name: row for row in MOTIONS if isinstance(row, Keeps)}
_numbers = itertools.count(1)


def an_id(number: int | None = None) -> str:
    """A UUIDv7 that is the same for the same number, and new without one."""
    tail = number if number is not None else 1_000_000 + next(_numbers)
    return str(UUID(int=(0x7 << 76) | (0x8 << 60) | tail))


def event_of(
    payload: Payload,
    *,
    sequence: int = 1,
    time: datetime = NOON,
    generation: int | None = None,
) -> Event[Any]:
    """An event as it arrives from the log."""
    return Event(
        Context(
            id=an_id(),
            source="urn:nld:oin:00000000000000000000:systeem:appstore-test",
            type=payload.type_name(),
            subject=payload.key,
            time=time,
            origin=an_id(1),
            correlationid=an_id(2),
            sequence=padded(sequence),
            hlc=f"{int(time.timestamp() * 1000):013d}.{next(_numbers) % 100_000:05d}",
            dataclass=payload.data_class,
            generation=padded(generation) if generation else None,
        ),
        payload,
    )


@dataclass
class FakeClock:
    """A clock that stands where it is put."""

    moment: datetime = NOON

    def now(self) -> datetime:
        """The moment it was put to."""
        return self.moment


@dataclass
class FakePolicies:
    """A policy set in hand; `next` is what an edit would bring."""

    policy_set: PolicySet
    next: PolicySet | None = None
    settled_on: str | None = None

    def active(self) -> PolicySet:
        """The set in force."""
        return self.policy_set

    def refresh(self) -> PolicySet:
        """Take the edit, if there is one."""
        self.policy_set, self.next = self.next or self.policy_set, None
        return self.policy_set

    def settled(self) -> bool:
        """Whether a whole look found nothing left to tell."""
        return self.settled_on == self.policy_set.identity.sha256

    def settle(self) -> None:
        """Say that it did."""
        self.settled_on = self.policy_set.identity.sha256


@dataclass
class FakeKnownVersions:
    """What the catalog said about versions."""

    known: dict[str, KnownVersion] = field(default_factory=dict)

    async def of(self, app: AppId, version: VersionTag) -> KnownVersion | None:
        """One version."""
        return self.known.get(version_key(app, version))

    async def all(self) -> AsyncIterator[KnownVersion]:
        """Every version in the order of their keys."""
        for _, known in sorted(self.known.items()):
            yield known

    async def remember(self, known: KnownVersion) -> None:
        """Keep it."""
        self.known[version_key(known.app, known.version)] = _through_json(known)


@dataclass
class FakeKnownApps:
    """What the catalog said about apps."""

    known: dict[str, KnownApp] = field(default_factory=dict)

    async def of(self, app: AppId) -> KnownApp | None:
        """One app."""
        return self.known.get(app)

    async def remember(self, known: KnownApp) -> None:
        """Keep it."""
        self.known[known.app] = _through_json(known)


@dataclass
class FakeKnownClusters:
    """What the deployer said about clusters."""

    known: dict[str, KnownCluster] = field(default_factory=dict)

    async def of(self, cluster: ClusterId) -> KnownCluster | None:
        """One cluster."""
        return self.known.get(cluster)

    async def remember(self, known: KnownCluster) -> None:
        """Keep it."""
        self.known[known.cluster] = _through_json(known)


class FakeCompliance:
    """A compliance service in memory. `world` goes to the use case, `recorded` is what it told."""

    def __init__(self, policy_set: PolicySet | None = None, clusters: FakeKnownClusters | None = None) -> None:
        self.clock = FakeClock()
        self.policies = FakePolicies(policy_set or shipped_policies())
        self.recorded: list[Payload] = []
        self.generations: list[int | None] = []
        self._states: dict[str, dict[str, Any]] = {name: {} for name in _FOLDS}
        self._sequences: dict[tuple[str, str], int] = {}
        self.world = World(
            record=self._record,
            clock=self.clock,
            policies=self.policies,
            known_versions=FakeKnownVersions(),
            known_apps=FakeKnownApps(),
            known_clusters=clusters or FakeKnownClusters(),
            verdicts=_Verdicts(self._states),
            evidence=_Evidence(self._states),
            rules=_Rules(self._states),
            decisions=_Decisions(self._states),
        )

    def told(self, kind: type[N]) -> list[N]:
        """The recorded payloads of one type, in their order."""
        return [payload for payload in self.recorded if isinstance(payload, kind)]

    def forget_recorded(self) -> None:
        """Begin the `when` of a test: what is recorded from here on counts."""
        self.recorded.clear()
        self.generations.clear()

    async def _record(self, payload: Payload, *, generation: int | None = None, lineage: Lineage | None = None) -> None:
        del lineage
        place = (payload.topic.name, payload.key)
        self._sequences[place] = self._sequences.get(place, 0) + 1
        fold, states = _FOLDS[payload.topic.name], self._states[payload.topic.name]
        event = event_of(
            type(payload).model_validate_json(payload.model_dump_json(exclude_none=True)),
            sequence=self._sequences[place],
            time=self.clock.now(),
            generation=generation,
        )
        states[payload.key] = _through_json(fold.evolve(states.get(payload.key), event))
        self.recorded.append(payload)
        self.generations.append(generation)


@dataclass
class _Verdicts:
    states: dict[str, dict[str, Any]]

    async def of(self, app: AppId, version: VersionTag) -> VerdictState | None:
        state: VerdictState | None = self.states["compliance.verdicts"].get(version_key(app, version))
        return state


@dataclass
class _Evidence:
    states: dict[str, dict[str, Any]]

    async def about(self, app: AppId, version: VersionTag) -> tuple[EvidenceState, ...]:
        pieces = self.states["compliance.evidence"].values()
        return tuple(piece for piece in pieces if (piece.app, piece.version) == (app, version))


@dataclass
class _Rules:
    states: dict[str, dict[str, Any]]

    async def told(self) -> Mapping[RuleId, RuleState]:
        return dict(self.states["compliance.rules"])


@dataclass
class _Decisions:
    states: dict[str, dict[str, Any]]

    async def of(self, deployment: DeploymentId) -> DecisionState | None:
        state: DecisionState | None = self.states["compliance.decisions"].get(deployment)
        return state


_shipped: list[PolicySet] = []


def shipped_policies() -> PolicySet:
    """The policies as shipped, read once."""
    if not _shipped:
        _shipped.append(read_policies(POLICIES, CelCompiler()))
    return _shipped[0]


def _through_json(state: N) -> N:
    return type(state).model_validate(state.model_dump(mode="json"))
