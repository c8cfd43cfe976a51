"""The newest request for a deployment, as the gateway asked it. A newer one overtakes it (DESIGN, rule 7).

Documents of earlier releases lack what was added later; the defaults are what those requests meant.
"""

from typing import Self

from pydantic import Field

from contracts.apps.values import EnvValue
from contracts.deployments.environment import Environment
from contracts.deployments.requests import DeploymentRemovalRequested, DeploymentRequested, Intent
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


class Cancel(Noun):
    """Somebody took the request back while it was rolled out; both end once what ran before runs again."""

    generation: int
    heard_at: Time
    came_from: CameFrom


class KnownRequest(Noun):
    """One generation that was asked for. A removal repeats the app and version of the request before it."""

    deployment: DeploymentId
    generation: int
    removal: bool = False
    with_data: bool = False
    """Whether a removal takes the data volumes too."""
    environment: Environment
    app: AppId
    app_name: AppName
    version: VersionTag
    name: DnsLabel
    decide_by: Time
    watched_until: Time
    """`decide_by`, or when it was heard of if that was later: its decision may be next in line."""
    came_from: CameFrom
    intent: Intent = Intent.DEPLOY
    parameters: dict[DnsLabel, EnvValue] = Field(default_factory=dict)
    secrets: dict[DnsLabel, SecretId] = Field(default_factory=dict)
    replicas: int | None = None
    restarted_at: Time | None = None
    revision: int | None = None
    """The revision that is to be built again."""
    paused: bool = False
    cancel: Cancel | None = None

    @classmethod
    def of(cls, asked: DeploymentRequested, generation: int, heard_at: Time, came_from: CameFrom) -> Self:
        """What is kept of a request."""
        return cls(
            deployment=asked.deployment,
            generation=generation,
            environment=asked.environment,
            app=asked.app,
            app_name=asked.app_name,
            version=asked.version,
            name=asked.name,
            decide_by=asked.decide_by,
            watched_until=max(asked.decide_by, heard_at),
            came_from=came_from,
            intent=asked.intent,
            parameters=asked.parameters,
            secrets=asked.secrets,
            replicas=asked.replicas,
            restarted_at=asked.restarted_at,
            revision=asked.revision,
            paused=asked.paused,
        )

    def removed_by(self, asked: DeploymentRemovalRequested, generation: int, came_from: CameFrom) -> Self:
        """The removal of what this one asked for."""
        return self.model_copy(
            update={
                "generation": generation,
                "removal": True,
                "with_data": asked.with_data,
                "decide_by": asked.decide_by,
                "watched_until": asked.decide_by,
                "came_from": came_from,
                "cancel": None,
            }
        )
