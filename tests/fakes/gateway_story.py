"""A small story on the log, told event by event: an app, its verdict, and a team's deployment of it."""

from datetime import date, timedelta
from typing import Any

from chassis.ledger import new_id
from contracts.apps.events import AppPublished, VersionPublished
from contracts.apps.facts import Assurance, Fact, Facts, Source
from contracts.apps.resources import Resources
from contracts.apps.spec import AppSpec, Container, Port
from contracts.clusters.events import ClusterRegistered, NodeCapacity
from contracts.community.events import ReviewPublished
from contracts.community.proof import ProofOfUse
from contracts.compliance.events import (
    ComplianceScored,
    DeploymentApproved,
    DeploymentRejected,
    Objection,
    RulePublished,
)
from contracts.compliance.level import PolicyLevel
from contracts.compliance.rule import Criterion, LegalReference, RuleTexts
from contracts.compliance.verdict import PolicySet, RuleResult, Score, ScoreChange, Verdict
from contracts.deployments.environment import Environment
from contracts.deployments.events import (
    DeploymentClosed,
    DeploymentFailed,
    DeploymentProgressed,
    DeploymentRemoved,
    DeploymentRollbackStarted,
    DeploymentRolledBack,
    DeploymentStarted,
    DeploymentSucceeded,
)
from contracts.deployments.health import DeploymentDegraded, DeploymentRecovered
from contracts.deployments.reasons import Cause, ClosedOutcome, Fault, Step
from contracts.deployments.requests import DeploymentRemovalRequested, DeploymentRequested
from contracts.held import MessageHeld
from contracts.identifiers import Uuid
from contracts.noun import Text
from contracts.people import Personal
from tests.fakes.gateway_read import START, ReadModelsInMemory
from tests.fakes.identity import PERSON, TEAM_DATA

APP, DEPLOYMENT, CLUSTER = (f"01a20cc2-86a0-71de-86ab-{number:012x}" for number in (1, 2, 3))
WHERE = Environment(name="test", team=TEAM_DATA, cluster=CLUSTER, namespace="team-data-test")
POLICY = PolicySet(version="2026.11.1", sha256="a" * 64)
ABOUT: dict[str, Any] = {"deployment": DEPLOYMENT, "app": APP, "version": "2.1", "environment": WHERE}
SEEN = Source(repository="https://github.com/a/b", path="docs/LICENSE", seen=date(2026, 11, 12))
SPEC = AppSpec(
    containers=(
        Container(
            name="app",
            image="ghcr.io/a/b:2.1",
            ports=(Port(name="http", number=8080),),
            resources=Resources(cpu="1500m", memory="4Gi"),
        ),
    ),
    replicas=2,
)


def publish_app(models: ReadModelsInMemory, app: Uuid = APP, name: str = "leeslamp", title: str = "Leeslamp") -> None:
    """The catalog publishes an app with one version."""
    summary = Text(nl="Vat lange stukken samen.", en="Summarises long documents.")
    models.tell(AppPublished(app=app, name=name, title=title, summary=summary, maintainer="De Maker"))
    facts = Facts(licence_code=Fact(value="MIT", source=SEEN))
    models.tell(VersionPublished(app=app, version="2.1", released=date(2026, 10, 1), spec=SPEC, facts=facts))


def publish_rule(models: ReadModelsInMemory) -> None:
    """Compliance publishes the one rule of this story."""
    models.tell(
        RulePublished(
            rule="dpia-present",
            version="1.0",
            criterion=Criterion.DPIA,
            gate=True,
            weight=10,
            texts=RuleTexts(
                title=Text(nl="Er is een DPIA", en="There is a DPIA"),
                messages={"missing": Text(nl="Nog niet bekend: {facts}.", en="Not known yet: {facts}.")},
                remedy=Text(nl="Voeg een DPIA toe.", en="Add a DPIA."),
            ),
            legal_reference=LegalReference(
                title=Text(nl="AVG, artikel 35", en="GDPR, article 35"), uri="https://eur-lex.europa.eu/x"
            ),
        )
    )


def score_app(models: ReadModelsInMemory, app: Uuid = APP, points: int = 40, after: float = 0) -> None:
    """Compliance scores the version: the DPIA is unknown, and that gate blocks."""
    result = RuleResult(
        rule="dpia-present",
        rule_version="1.0",
        criterion=Criterion.DPIA,
        verdict=Verdict.UNKNOWN,
        gate=True,
        weight=10,
        message_code="missing",
        params={"facts": "dpia"},
        assurance=Assurance.VERIFIED,
        evidence=(SEEN,),
    )
    criteria = dict.fromkeys(Criterion, Verdict.PASS) | {Criterion.DPIA: Verdict.UNKNOWN}
    scored = ComplianceScored(
        subject=f"{app}:2.1",
        app=app,
        version="2.1",
        score=Score(points=points, coverage=0.8),
        criteria=criteria,
        gates=Verdict.UNKNOWN,
        results=(result,),
        change=ScoreChange.FIRST,
        policy_set=POLICY,
        input_sha256="b" * 64,
        engine="test",
        as_of=START,
    )
    models.tell(scored, after=after)


def register_cluster(models: ReadModelsInMemory) -> None:
    """The deployer names its cluster."""
    node = NodeCapacity(name="worker-1", cpu_millicores=16000, memory_mebibytes=65536)
    models.tell(
        ClusterRegistered(
            cluster=CLUSTER,
            name="proeftuin",
            kind="sandbox",
            kubernetes_version="1.37",
            environments=("test",),
            nodes=(node,),
        )
    )


def ask(
    models: ReadModelsInMemory, after: float = 0, deployment: Uuid = DEPLOYMENT, environment: Environment = WHERE
) -> None:
    """Somebody asks for the deployment."""
    request = DeploymentRequested(
        **{**ABOUT, "deployment": deployment, "environment": environment},
        app_name="leeslamp",
        name="leeslamp",
        decide_by=START + timedelta(seconds=60),
    )
    models.tell(request, after=after, team=environment.team, actor=PERSON)


def hold(models: ReadModelsInMemory, found: dict[str, Any] | None) -> None:
    """A service puts the message of the newest request aside."""
    operation = found["requests"]["1"]["operation"] if found else None
    models.tell(
        MessageHeld(
            held=new_id(),
            service="compliance",
            from_topic="gateway.deployment-requests",
            partition=0,
            offset=1,
            reason="bad-data",
            correlation=operation,
        )
    )


def ask_removal(models: ReadModelsInMemory, after: float) -> None:
    """Somebody asks to take it away."""
    request = DeploymentRemovalRequested(
        deployment=DEPLOYMENT, environment=WHERE, decide_by=START + timedelta(seconds=60)
    )
    models.tell(request, after=after, team=TEAM_DATA, actor=PERSON)


def approve(models: ReadModelsInMemory, after: float = 0.4, generation: int = 1) -> None:
    """Compliance says yes."""
    approved = DeploymentApproved(**ABOUT, policy_set=POLICY, rules=17, score=Score(points=40, coverage=0.8))
    models.tell(approved, after=after, generation=generation, team=TEAM_DATA)


def approve_with_warning(models: ReadModelsInMemory) -> None:
    """Compliance says yes to what it would stop at a stricter level."""
    warning = Objection(
        rule="dpia-present",
        rule_version="1.0",
        criterion=Criterion.DPIA,
        verdict=Verdict.UNKNOWN,
        message_code="missing",
        params={"facts": "dpia"},
    )
    score = Score(points=40, coverage=0.8)
    level = PolicyLevel.LENIENT
    approved = DeploymentApproved(**ABOUT, policy_set=POLICY, rules=17, score=score, level=level, warnings=(warning,))
    models.tell(approved, after=0.4, generation=1, team=TEAM_DATA)


def reject(models: ReadModelsInMemory, after: float = 0.4, generation: int = 1) -> None:
    """Compliance says no, and the deployer closes the request."""
    objection = Objection(
        rule="dpia-present",
        rule_version="1.0",
        criterion=Criterion.DPIA,
        verdict=Verdict.UNKNOWN,
        message_code="missing",
        params={"facts": "dpia"},
    )
    rejected = DeploymentRejected(**ABOUT, policy_set=POLICY, objections=(objection,))
    models.tell(rejected, after=after, generation=generation, team=TEAM_DATA)
    close(models, ClosedOutcome.REJECTED, after + 0.1, generation)


def close(models: ReadModelsInMemory, outcome: ClosedOutcome, after: float, generation: int = 1) -> None:
    """The request ends without touching the cluster."""
    models.tell(DeploymentClosed(**ABOUT, outcome=outcome), after=after, generation=generation, team=TEAM_DATA)


def start(models: ReadModelsInMemory, after: float = 0.5) -> None:
    """The rollout begins, and one of two pods starts."""
    models.tell(DeploymentStarted(**ABOUT, name="leeslamp", revision=3), after=after, generation=1, team=TEAM_DATA)
    steps: tuple[tuple[Step, dict[str, str | int | float | bool]], ...] = (
        (Step.OBJECTS_APPLIED, {"objects": 7}),
        (Step.POD_STARTED, {"pod": "leeslamp-1"}),
    )
    for number, (step, params) in enumerate(steps):
        progressed = DeploymentProgressed(**ABOUT, revision=3, step=step, params=params)
        models.tell(progressed, after=after + number, generation=1, team=TEAM_DATA)


def succeed(models: ReadModelsInMemory, after: float = 9, address: str | None = None) -> None:
    """Both pods are ready."""
    healthy = DeploymentSucceeded(**ABOUT, revision=3, replicas=2, address=address, objects=())
    models.tell(healthy, after=after, generation=1, team=TEAM_DATA)


def fail(models: ReadModelsInMemory, after: float = 9) -> None:
    """No node has room."""
    params: dict[str, str | int | float | bool] = {"resource": "memory", "asked": "500Gi", "free": "64Gi"}
    failed = DeploymentFailed(**ABOUT, revision=3, cause=Cause.UNSCHEDULABLE, fault=Fault.PLATFORM, params=params)
    models.tell(failed, after=after, generation=1, team=TEAM_DATA)


def degrade(models: ReadModelsInMemory, after: float = 20) -> None:
    """What was healthy takes more memory than it may."""
    since = START + timedelta(seconds=after - 1)
    params: dict[str, str | int | float | bool] = {"limit": "512Mi"}
    about = {**ABOUT, "revision": 3, "since": since}
    degraded = DeploymentDegraded(**about, cause=Cause.OUT_OF_MEMORY, fault=Fault.CONFIGURATION, params=params)
    models.tell(degraded, after=after, generation=1, team=TEAM_DATA)


def recover(models: ReadModelsInMemory, after: float = 30) -> None:
    """It is healthy again."""
    recovered = DeploymentRecovered(**ABOUT, revision=3, since=START + timedelta(seconds=after - 1))
    models.tell(recovered, after=after, generation=1, team=TEAM_DATA)


def upgrade_goes_back(models: ReadModelsInMemory, after: float = 10) -> None:
    """A second request gets no room, and what ran before runs again."""
    ask(models, after)
    about = {**ABOUT, "revision": 4}
    why = {"cause": Cause.UNSCHEDULABLE, "fault": Fault.PLATFORM, "to_revision": 3, "to_version": ABOUT["version"]}
    params: dict[str, str | int | float | bool] = {"resource": "memory", "asked": "500Gi", "free": "64Gi"}
    for number, payload in enumerate(
        (
            DeploymentStarted(**about, name="leeslamp"),
            DeploymentRollbackStarted(**about, **why, params=params),
            DeploymentRolledBack(**about, **why, params=params),
        )
    ):
        models.tell(payload, after=after + 1 + number, generation=2, team=TEAM_DATA)


def remove(models: ReadModelsInMemory, after: float = 20) -> None:
    """Nothing of it is left."""
    models.tell(DeploymentRemoved(**ABOUT), after=after, generation=2, team=TEAM_DATA)


def review(models: ReadModelsInMemory, text: Personal, rating: int = 4, after: float = 30) -> None:
    """Somebody's review is published, with proof of use."""
    proof = ProofOfUse(versions=("2.1",), environments=("test",), since=START, seconds=7200, running=True)
    published = ReviewPublished(review=new_id(), app=APP, author=PERSON, rating=rating, text=text, proof=proof)
    models.tell(published, after=after, team=TEAM_DATA, actor=PERSON)
