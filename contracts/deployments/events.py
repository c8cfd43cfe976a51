"""What the deployer tells, and the choreography of a deployment. Each generation gets exactly one final event.

| # | message | by | then |
|---|---|---|---|
| 1 | DeploymentRequested | gateway | compliance decides, the deployer remembers |
| 2 | DeploymentApproved or DeploymentRejected | compliance | the deployer starts, or closes as `rejected` |
| 3 | DeploymentStarted | deployer | objects are applied |
| 4 | DeploymentProgressed, any number | deployer | people watch |
| 5 | DeploymentSucceeded, DeploymentFailed or DeploymentClosed | deployer | the operation ends |
| 6 | DeploymentRollbackStarted, after a failed upgrade | deployer | the previous objects are applied again |
| 7 | DeploymentRolledBack, or DeploymentFailed if that fails too | deployer | the operation ends |
| 8 | DeploymentCancelRequested | gateway | the deployer stops what is under way |
| 9 | DeploymentClosed `cancelled` for the one, DeploymentCancelled for the other | deployer | both operations end |
| 10 | DeploymentRemovalRequested | gateway | the deployer removes the objects |
| 11 | DeploymentRemoved | deployer | the operation ends |

Unanswered at the request's `decideBy`: DeploymentClosed `undecided`. Overtaken by a newer request: `superseded`.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts import topics
from contracts.compliance.verdict import Params
from contracts.deployments.environment import Environment
from contracts.deployments.reasons import Cause, ClosedOutcome, Fault, Step
from contracts.identifiers import AppId, DeploymentId, DnsLabel, VersionTag
from contracts.noun import Noun
from contracts.payload import Payload


class ObjectReference(Noun):
    """One Kubernetes object of a deployment."""

    kind: Annotated[str, StringConstraints(max_length=63)]
    name: Annotated[str, StringConstraints(max_length=253)]


class DeploymentEvent(Payload, family=True):
    """An event about one generation (the context's `generation`) of one deployment."""

    topic = topics.DEPLOYMENTS

    deployment: DeploymentId
    app: AppId
    version: VersionTag
    environment: Environment


class DeploymentStarted(DeploymentEvent):
    """The deployer builds a revision. `name` is what the objects are called after."""

    name: DnsLabel
    revision: Annotated[int, Field(ge=1)]


class DeploymentProgressed(DeploymentEvent):
    """A step on the way, as the cluster shows it. `cause` and `fault` only with the step `trouble-seen`."""

    revision: Annotated[int, Field(ge=1)]
    step: Step
    cause: Cause | None = None
    fault: Fault | None = None
    params: Params = {}


class DeploymentSucceeded(DeploymentEvent):
    """Every pod asked for is ready."""

    revision: Annotated[int, Field(ge=1)]
    replicas: Annotated[int, Field(ge=0)]
    address: Annotated[str, StringConstraints(max_length=300)] | None = None
    objects: Annotated[tuple[ObjectReference, ...], Field(max_length=100)]


class DeploymentFailed(DeploymentEvent):
    """It will not become ready. The cause, its evidence, and whose turn it is."""

    revision: Annotated[int, Field(ge=1)]
    cause: Cause
    fault: Fault
    params: Params = {}


class DeploymentRollbackStarted(DeploymentEvent):
    """An upgrade will not become ready, so what ran before it comes back. Cause, evidence and whose turn it is."""

    revision: Annotated[int, Field(ge=1)]
    to_revision: Annotated[int, Field(ge=1)]
    to_version: VersionTag
    cause: Cause
    fault: Fault
    params: Params = {}


class DeploymentRolledBack(DeploymentEvent):
    """What ran before a failed upgrade runs again, field for field. `revision` is the one that failed, and why."""

    revision: Annotated[int, Field(ge=1)]
    to_revision: Annotated[int, Field(ge=1)]
    to_version: VersionTag
    cause: Cause
    fault: Fault
    params: Params = {}


class DeploymentCancelled(DeploymentEvent):
    """The answer to a cancel: the generation `cancelled` was stopped. Too late is DeploymentClosed `too-late`."""

    cancelled: Annotated[int, Field(ge=1)]


class DeploymentRemoved(DeploymentEvent):
    """Nothing of it is left in the cluster but its data volumes, where they were `kept`.

    They are found again by what is deployed under the same name, and go when somebody asks for that.
    """

    kept: Annotated[tuple[ObjectReference, ...], Field(max_length=100)] = ()


class DeploymentClosed(DeploymentEvent):
    """This generation ended, and what ran before it goes on: the cluster was not touched, or was put back."""

    outcome: ClosedOutcome


FINAL = (
    DeploymentSucceeded,
    DeploymentFailed,
    DeploymentRolledBack,
    DeploymentCancelled,
    DeploymentRemoved,
    DeploymentClosed,
)
