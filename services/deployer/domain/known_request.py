"""The newest request for a deployment, as the gateway asked it. A newer one overtakes it (DESIGN, rule 7)."""

from pydantic import Field

from contracts.deployments.environment import Environment
from contracts.identifiers import AppId, AppName, DeploymentId, DnsLabel, SecretId, VersionTag
from contracts.noun import Noun, Time


class CameFrom(Noun):
    """What every effect of one request has in common, kept for what is told later without a message in hand."""

    correlation: str
    causation: str | None = None
    team: str | None = None
    actor: str | None = None
    actor_roles: str | None = None
    traceparent: str | None = None


class KnownRequest(Noun):
    """One generation that was asked for. A removal repeats the app and version of the request before it."""

    deployment: DeploymentId
    generation: int
    removal: bool = False
    environment: Environment
    app: AppId
    app_name: AppName
    version: VersionTag
    name: DnsLabel
    decide_by: Time
    watched_until: Time
    """`decide_by`, or when it was heard of if that was later: its decision may be next in line."""
    came_from: CameFrom
    secrets: dict[DnsLabel, SecretId] = Field(default_factory=dict)
