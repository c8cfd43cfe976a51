"""What compliance needs from outside, and the World that holds one of each.

`main.py` fills the World with MongoDB and the folder of policies, `tests/fakes/compliance.py` with dictionaries. The
stores of verdicts, evidence, rules and decisions only read: the chassis folds what `record` records (DESIGN, rule 2).
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from chassis.clock import Clock
from chassis.motions import Record
from contracts.identifiers import AppId, ClusterId, DeploymentId, RuleId, VersionTag
from services.compliance.domain.evidence import EvidenceState
from services.compliance.domain.gate import DecisionState
from services.compliance.domain.known_cluster import KnownCluster
from services.compliance.domain.known_version import KnownApp, KnownVersion
from services.compliance.domain.policy import Engine, PolicySet, RuleState
from services.compliance.domain.score import VerdictState

Program = TypeVar("Program")
"""One compiled expression; what it is made of is the compiler's own."""


class ExpressionError(ValueError):
    """An expression cannot be used. Its text says why, on one line."""


class Compiler(Protocol[Program]):
    """What makes the expressions of a policy set ready to be answered."""

    def condition(self, text: str) -> Program:
        """Compile an expression that answers yes or no. Raises ExpressionError."""
        ...

    def expression(self, text: str) -> Program:
        """Compile one expression. Raises ExpressionError."""
        ...

    def engine(self, programs: Mapping[str, Program]) -> Engine:
        """The engine that answers these programs, by their text."""
        ...


class Policies(Protocol):
    """The policy set in force, and whether everything known was judged by it."""

    def active(self) -> PolicySet:
        """The set in force. Raises NotNow while there never was a good one."""
        ...

    def refresh(self) -> PolicySet:
        """The set in force after looking for edits; a broken edit leaves it as it was."""
        ...

    def settled(self) -> bool:
        """Whether a whole look by the set in force found nothing left to tell."""
        ...

    def settle(self) -> None:
        """Say that it did."""
        ...


class KnownVersions(Protocol):
    """What the catalog said about versions."""

    async def of(self, app: AppId, version: VersionTag) -> KnownVersion | None:
        """One version, None when it was never heard of."""
        ...

    def all(self) -> AsyncIterator[KnownVersion]:
        """Every version, withdrawn ones too, in the order of their keys."""
        ...

    async def remember(self, known: KnownVersion) -> None:
        """Keep what the catalog says now."""
        ...


class KnownApps(Protocol):
    """What the catalog said about apps."""

    async def of(self, app: AppId) -> KnownApp | None:
        """One app, None when it was never heard of."""
        ...

    async def remember(self, known: KnownApp) -> None:
        """Keep what the catalog says now."""
        ...


class KnownClusters(Protocol):
    """What the deployer said about clusters."""

    async def of(self, cluster: ClusterId) -> KnownCluster | None:
        """One cluster, None when it was never heard of."""
        ...

    async def remember(self, known: KnownCluster) -> None:
        """Keep what the deployer says now."""
        ...


class Verdicts(Protocol):
    """What was last told about each version."""

    async def of(self, app: AppId, version: VersionTag) -> VerdictState | None:
        """One version, None before its first score."""
        ...


class Evidence(Protocol):
    """What became of each piece of evidence."""

    async def about(self, app: AppId, version: VersionTag) -> tuple[EvidenceState, ...]:
        """All evidence recorded about a version."""
        ...


class Rules(Protocol):
    """What was last told about each rule."""

    async def told(self) -> Mapping[RuleId, RuleState]:
        """Every rule ever told, retired ones too."""
        ...


class Decisions(Protocol):
    """How each deployment's newest request was decided."""

    async def of(self, deployment: DeploymentId) -> DecisionState | None:
        """One deployment, None when nothing was decided yet."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """Everything a use case of compliance can reach, within one motion."""

    record: Record
    clock: Clock
    policies: Policies
    known_versions: KnownVersions
    known_apps: KnownApps
    known_clusters: KnownClusters
    verdicts: Verdicts
    evidence: Evidence
    rules: Rules
    decisions: Decisions
