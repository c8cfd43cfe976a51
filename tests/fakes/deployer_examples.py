"""What the deployer's tests say happened: requests, decisions and published versions, as they arrive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.motions import Lineage
from contracts.apps.events import VersionPublished
from contracts.apps.facts import Facts
from contracts.apps.spec import AppSpec
from contracts.compliance.events import DeploymentApproved, DeploymentRejected, Objection
from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import PolicySet, Score, Verdict
from contracts.deployments.environment import Environment
from contracts.deployments.requests import (
    DeploymentCancelRequested,
    DeploymentRemovalRequested,
    DeploymentRequested,
)
from contracts.envelope import Context, Event, padded
from contracts.payload import Payload

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
APP = "019abf00-0000-7000-8000-00000000a001"
TEAM = "019abf00-0000-7000-8000-00000000e001"
CLUSTER = "019abf00-0000-7000-8000-00000000c10d"
POLICY_SET = PolicySet(version="1", sha256="0" * 64)


def an_id(number: int) -> str:
    """An id that is the same in every run."""
    return f"019abf00-0000-7000-8000-{number:012x}"


DEPLOYMENT = an_id(0xD001)


def an_event(
    payload: Payload,
    at: datetime,
    *,
    sequence: int = 1,
    generation: int | None = None,
    lineage: Lineage | None = None,
) -> Event[Any]:
    """An event as it arrives or is recorded."""
    context = Context(
        id=an_id(0xE000 + sequence),
        source=f"urn:nld:oin:00000000000000000000:systeem:appstore-{payload.topic.writer}",
        type=payload.type_name(),
        subject=payload.key,
        time=at,
        origin=an_id(1),
        team=TEAM,
        correlationid=lineage.correlation if lineage else an_id(2),
        sequence=padded(sequence),
        hlc="1772442000000.00000",
        generation=padded(generation) if generation else None,
        dataclass=payload.data_class,
    )
    return Event(context, payload)


def an_environment(name: str = "test") -> Environment:
    """The environment of the demo team."""
    return Environment(name=name, team=TEAM, cluster=CLUSTER, namespace=f"demo-{name}")


def asked(
    *,
    generation: int = 1,
    version: str = "1.0",
    deployment: str = DEPLOYMENT,
    name: str = "assistant",
    environment: Environment | None = None,
    at: datetime = START,
    **wishes: Any,
) -> Event[DeploymentRequested]:
    """A request for a deployment, to be decided within a minute; `wishes` are the other fields of the message."""
    return an_event(
        DeploymentRequested(
            deployment=deployment,
            environment=environment or an_environment(),
            decide_by=at + timedelta(seconds=60),
            app=APP,
            app_name="assistant",
            version=version,
            name=name,
            **wishes,
        ),
        at,
        sequence=generation,
    )


def removal_asked(
    *,
    generation: int = 2,
    deployment: str = DEPLOYMENT,
    at: datetime = START,
    with_data: bool = False,
) -> Event[DeploymentRemovalRequested]:
    """A request to take a deployment away."""
    return an_event(
        DeploymentRemovalRequested(
            deployment=deployment,
            environment=an_environment(),
            decide_by=at + timedelta(seconds=60),
            with_data=with_data,
        ),
        at,
        sequence=generation,
    )


def cancel_asked(
    *,
    cancels: int,
    generation: int = 2,
    deployment: str = DEPLOYMENT,
    at: datetime = START,
) -> Event[DeploymentCancelRequested]:
    """Somebody takes a request back."""
    return an_event(
        DeploymentCancelRequested(
            deployment=deployment,
            environment=an_environment(),
            decide_by=at + timedelta(seconds=60),
            cancels=cancels,
        ),
        at,
        sequence=generation,
    )


def approved(
    *,
    generation: int = 1,
    version: str = "1.0",
    deployment: str = DEPLOYMENT,
    at: datetime = START,
) -> Event[DeploymentApproved]:
    """Compliance lets it through."""
    return an_event(
        DeploymentApproved(
            deployment=deployment,
            app=APP,
            version=version,
            environment=an_environment(),
            policy_set=POLICY_SET,
            rules=8,
            score=Score(points=80, coverage=0.9),
        ),
        at,
        sequence=generation,
        generation=generation,
    )


def rejected(*, generation: int = 1, deployment: str = DEPLOYMENT, at: datetime = START) -> Event[DeploymentRejected]:
    """Compliance blocks it."""
    objection = Objection(
        rule="dpia-present",
        rule_version="1",
        criterion=Criterion.DPIA,
        verdict=Verdict.FAIL,
        message_code="missing",
    )
    return an_event(
        DeploymentRejected(
            deployment=deployment,
            app=APP,
            version="1.0",
            environment=an_environment(),
            policy_set=POLICY_SET,
            objections=(objection,),
        ),
        at,
        sequence=generation,
        generation=generation,
    )


def published(spec: AppSpec, *, version: str = "1.0") -> Event[VersionPublished]:
    """The catalog publishes a version that is built like this."""
    return an_event(VersionPublished(app=APP, version=version, spec=spec, facts=Facts()), START)


def later(event: Event[Any], seconds: float) -> Event[Any]:
    """The same event, recorded later."""
    context = event.context.model_copy(update={"time": event.context.time + timedelta(seconds=seconds)})
    return replace(event, context=context)
