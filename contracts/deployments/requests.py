"""What the gateway asks about a deployment. A request's generation is its sequence on this topic."""

from contracts import topics
from contracts.deployments.environment import Environment
from contracts.identifiers import AppId, AppName, DeploymentId, DnsLabel, VersionTag
from contracts.noun import Time
from contracts.payload import Payload


class DeploymentRequest(Payload, family=True):
    """A request about one deployment; unanswered at `decide_by`, its owner closes it as undecided."""

    topic = topics.DEPLOYMENT_REQUESTS

    deployment: DeploymentId
    environment: Environment
    decide_by: Time


class DeploymentRequested(DeploymentRequest):
    """A team asks for this version of this app in this environment, under this name."""

    app: AppId
    app_name: AppName
    version: VersionTag
    name: DnsLabel


class DeploymentRemovalRequested(DeploymentRequest):
    """A team asks for a deployment to be taken away."""
