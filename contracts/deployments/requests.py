"""What the gateway asks about a deployment. A request's generation is its sequence on this topic."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.apps.values import EnvValue
from contracts.deployments.environment import Environment
from contracts.identifiers import AppId, AppName, DeploymentId, DnsLabel, SecretId, SourceName, VersionTag
from contracts.noun import Time
from contracts.payload import Payload


class Intent(StrEnum):
    """What somebody wants of a deployment, told so that people read it back; the request itself is always whole."""

    DEPLOY = "deploy"
    UPGRADE = "upgrade"
    CONFIGURE = "configure"
    SCALE = "scale"
    RESTART = "restart"
    ROLL_BACK = "roll-back"
    PAUSE = "pause"
    """Only this: what runs stands still. Nobody decides on it, because nothing will run."""
    RESUME = "resume"


class DeploymentRequest(Payload, family=True):
    """A request about one deployment; unanswered at `decide_by`, its owner closes it as undecided."""

    topic = topics.DEPLOYMENT_REQUESTS

    deployment: DeploymentId
    environment: Environment
    decide_by: Time


class DeploymentRequested(DeploymentRequest):
    """A team asks for this version of this app in this environment, under this name, with this configuration.

    Each is whole: what it does not name has the version's default. A rollback names the `revision` whose description
    is built again; what is asked beside it repeats what that revision had.
    """

    app: AppId
    app_name: AppName
    version: VersionTag
    name: DnsLabel
    intent: Intent = Intent.DEPLOY
    parameters: Annotated[dict[DnsLabel, EnvValue], Field(max_length=32)] = {}
    secrets: Annotated[dict[DnsLabel, SecretId], Field(max_length=32)] = {}
    """Parameter → the secret that was sealed for it; never its value."""
    replicas: Annotated[int, Field(ge=0, le=20)] | None = None
    """Pods asked for; None leaves it to the version. 0 lets it stand still."""
    restarted_at: Time | None = None
    """Pods started before this moment are replaced."""
    revision: Annotated[int, Field(ge=1)] | None = None
    paused: bool = False
    """No pods at all, whatever `replicas` or the version says; both count again once it is resumed."""
    declared_by: SourceName | None = None
    """The files that declare it; they alone may say that it is no longer wanted. None for who asked by hand."""


class DeploymentRemovalRequested(DeploymentRequest):
    """A team asks for a deployment to be taken away. Its data volumes stay, unless it named them to go too."""

    with_data: bool = False


class DeploymentCancelRequested(DeploymentRequest):
    """Somebody takes back the request with the generation `cancels`; what ran before it goes on."""

    cancels: Annotated[int, Field(ge=1)]
