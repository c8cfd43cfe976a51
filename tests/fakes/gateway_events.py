"""Events as the gateway hears them from every service, for its read models, its hub and its API."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.apps.events import AppPublished, AppWithdrawn, VersionPublished
from contracts.apps.facts import Fact, Facts, Source
from contracts.apps.parameter import Parameter
from contracts.apps.resources import Resources
from contracts.apps.spec import AppSpec, Container
from contracts.clusters.events import ClusterRegistered, NodeCapacity
from contracts.community.events import ReviewPublished
from contracts.compliance.events import ComplianceScored, DeploymentApproved, DeploymentRejected, Objection
from contracts.compliance.level import PolicyLevel
from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import PolicySet, Score, ScoreChange, Verdict
from contracts.deployments.environment import Environment
from contracts.deployments.events import (
    DeploymentClosed,
    DeploymentFailed,
    DeploymentProgressed,
    DeploymentRemoved,
    DeploymentStarted,
    DeploymentSucceeded,
    ObjectReference,
)
from contracts.deployments.reasons import Cause, ClosedOutcome, Fault, Step
from contracts.deployments.requests import DeploymentRemovalRequested, DeploymentRequested
from contracts.envelope import Context, Event, padded
from contracts.held import MessageHeld
from contracts.identifiers import version_key
from contracts.noun import Text
from contracts.payload import Payload
from contracts.people import Personal

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

OBJECTION = Objection(
    rule="licence-is-open",
    rule_version="1",
    criterion=Criterion.OPEN_SOURCE,
    verdict=Verdict.FAIL,
    message_code="not-open",
)


def an_id(number: int) -> str:
    """A UUIDv7 that is the same for the same number."""
    return str(UUID(int=(0x7 << 76) | (0x8 << 60) | number))


APP, OTHER_APP, DEPLOYMENT, CLUSTER = an_id(11), an_id(12), an_id(21), an_id(31)
TEAM, OTHER_TEAM, PERSON, OPERATION = an_id(41), an_id(42), an_id(51), an_id(61)
PLACE = Environment(name="test", team=TEAM, cluster=CLUSTER, namespace="team-data-test")
POLICIES = PolicySet(version="1", sha256="0" * 64)
SCORE = Score(points=62, coverage=0.5)
SUBJECT: dict[str, Any] = {"deployment": DEPLOYMENT, "app": APP, "version": "1.0", "environment": PLACE}


class Telling:
    """Numbers what each topic tells about each key, as the writers' ledgers do, one second after another."""

    def __init__(self, start: datetime = NOON) -> None:
        self._numbers: dict[tuple[str, str], int] = defaultdict(int)
        self._count = 0
        self._start = start

    def __call__(
        self,
        payload: Payload,
        *,
        generation: int | None = None,
        team: str | None = None,
        actor: str | None = None,
        correlation: str = OPERATION,
    ) -> Event[Any]:
        """The next event of this topic and key."""
        self._count += 1
        place = (payload.topic.name, payload.key)
        self._numbers[place] += 1
        moment = self._start + timedelta(seconds=self._count)
        context = Context(
            id=an_id(1_000_000 + self._count),
            source=f"urn:nld:oin:{'0' * 20}:systeem:appstore-{payload.topic.writer}",
            type=payload.type_name(),
            subject=payload.key,
            time=moment,
            origin=an_id(1),
            team=team,
            actor=actor,
            correlationid=correlation,
            sequence=padded(self._numbers[place]),
            hlc=f"{int(moment.timestamp() * 1000):013d}.{0:05d}",
            generation=padded(generation) if generation else None,
            dataclass=payload.data_class,
        )
        return Event(context, payload)


def app(app_id: str = APP, name: str = "docling-serve", title: str = "Docling Serve") -> AppPublished:
    """An app stands in the catalog."""
    return AppPublished(
        app=app_id,
        name=name,
        title=title,
        summary=Text(nl="Leest documenten", en="Reads documents"),
        categories=("documents",),
    )


def app_withdrawn(app_id: str = APP, name: str = "docling-serve") -> AppWithdrawn:
    """It left the catalog."""
    return AppWithdrawn(app=app_id, name=name)


def version(app_id: str = APP, tag: str = "1.0", parameters: tuple[Parameter, ...] = ()) -> VersionPublished:
    """A version can be deployed."""
    seen = Source(uri="https://example.org", seen=date(2026, 11, 1))
    return VersionPublished(
        app=app_id,
        version=tag,
        spec=AppSpec(
            containers=(Container(name="app", image="ghcr.io/a/b:1", resources=Resources(cpu="1", memory="1Gi")),),
            parameters=parameters,
        ),
        facts=Facts(licence_code=Fact[str](value="MIT", source=seen)),
    )


def scored(
    app_id: str = APP, tag: str = "1.0", points: int = 62, change: ScoreChange = ScoreChange.FIRST
) -> ComplianceScored:
    """A verdict about a version."""
    return ComplianceScored(
        subject=version_key(app_id, tag),
        app=app_id,
        version=tag,
        score=Score(points=points, coverage=0.5),
        criteria={Criterion.OPEN_SOURCE: Verdict.PASS, Criterion.DPIA: Verdict.UNKNOWN},
        gates=Verdict.PASS,
        results=(),
        change=change,
        policy_set=POLICIES,
        input_sha256="0" * 64,
        engine="cel",
        as_of=NOON,
    )


def cluster() -> ClusterRegistered:
    """A cluster with two environments."""
    return ClusterRegistered(
        cluster=CLUSTER,
        name="sandbox",
        kind="sandbox",
        kubernetes_version="1.37",
        environments=("test", "production"),
        nodes=(NodeCapacity(name="worker-1", cpu_millicores=1000, memory_mebibytes=1024),),
    )


def requested(
    tag: str = "1.0", name: str = "docling-serve", deployment: str = DEPLOYMENT, *, paused: bool = False
) -> DeploymentRequested:
    """A team asks for a deployment."""
    return DeploymentRequested(
        deployment=deployment,
        environment=PLACE,
        decide_by=NOON,
        app=APP,
        app_name="docling-serve",
        version=tag,
        name=name,
        paused=paused,
    )


def removal_requested() -> DeploymentRemovalRequested:
    """A team asks for it to go."""
    return DeploymentRemovalRequested(deployment=DEPLOYMENT, environment=PLACE, decide_by=NOON)


def approved(level: PolicyLevel = PolicyLevel.STRICT, *, warned: bool = False) -> DeploymentApproved:
    """Compliance lets it through; with `warned` one gate is not met, and does not block at this level."""
    warnings = (OBJECTION,) if warned else ()
    return DeploymentApproved(**SUBJECT, policy_set=POLICIES, rules=8, score=SCORE, level=level, warnings=warnings)


def rejected() -> DeploymentRejected:
    """Compliance stops it."""
    return DeploymentRejected(**SUBJECT, policy_set=POLICIES, objections=(OBJECTION,))


def started(revision: int = 1) -> DeploymentStarted:
    """The rollout of a revision begins."""
    return DeploymentStarted(**SUBJECT, name="docling-serve", revision=revision)


def progressed(revision: int = 1, ready: int = 1) -> DeploymentProgressed:
    """A pod became ready."""
    return DeploymentProgressed(
        **SUBJECT, revision=revision, step=Step.POD_READY, params={"pod": "a", "ready": ready, "wanted": 2}
    )


def succeeded(revision: int = 1) -> DeploymentSucceeded:
    """Every pod is ready."""
    return DeploymentSucceeded(
        **SUBJECT,
        revision=revision,
        replicas=1,
        address="http://docling",
        objects=(ObjectReference(kind="Deployment", name="docling-serve"),),
    )


def failed(revision: int = 1) -> DeploymentFailed:
    """It will not become ready."""
    return DeploymentFailed(
        **SUBJECT,
        revision=revision,
        cause=Cause.UNSCHEDULABLE,
        fault=Fault.CONFIGURATION,
        params={"resource": "memory", "asked": "500Gi", "free": "60Gi"},
    )


def removed() -> DeploymentRemoved:
    """Nothing is left."""
    return DeploymentRemoved(**SUBJECT)


def closed(outcome: ClosedOutcome) -> DeploymentClosed:
    """A generation ended without the cluster."""
    return DeploymentClosed(**SUBJECT, outcome=outcome)


def review(review_id: str = an_id(71), text: Personal | None = None) -> ReviewPublished:
    """A review stands; its text is one nobody can read, when none is given."""
    text = text or Personal(person=PERSON, key=an_id(72), ciphertext="AAAA")
    return ReviewPublished(review=review_id, app=APP, author=PERSON, rating=4, text=text)


def message_held(correlation: str) -> MessageHeld:
    """A service put a message of this operation aside."""
    return MessageHeld(
        held=an_id(91),
        service="gateway",
        from_topic="compliance.decisions",
        partition=0,
        offset=3,
        reason="bad-data",
        correlation=correlation,
    )


def closed_undecided(deployment: str) -> DeploymentClosed:
    """Nobody answered in time."""
    return closed(ClosedOutcome.UNDECIDED).model_copy(update={"deployment": deployment})
