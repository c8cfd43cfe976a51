"""A use: one deployment of an app by a team, and for how long it was healthy. Folded from the deployer's events."""

from datetime import datetime
from typing import Any

from contracts.deployments.events import DeploymentFailed, DeploymentRemoved, DeploymentSucceeded
from contracts.envelope import Event
from contracts.identifiers import AppId, DeploymentId, DnsLabel, TeamId, VersionTag
from contracts.noun import Noun, Time


class Use(Noun):
    """A team ran a version of an app somewhere; `until` None says it still runs."""

    deployment: DeploymentId
    app: AppId
    team: TeamId
    version: VersionTag
    environment: DnsLabel
    since: Time
    until: Time | None = None

    def seconds(self, now: datetime) -> int:
        """How long it ran, in whole seconds."""
        return max(0, int(((self.until or now) - self.since).total_seconds()))


def fold_use(use: Use | None, event: Event[Any]) -> Use | None:
    """A use begins when a deployment succeeded and ends when it failed or was removed."""
    data = event.data
    if isinstance(data, DeploymentSucceeded) and (use is None or use.until is not None):
        return Use(
            deployment=data.deployment,
            app=data.app,
            team=data.environment.team,
            version=data.version,
            environment=data.environment.name,
            since=event.context.time,
        )
    if isinstance(data, DeploymentFailed | DeploymentRemoved) and use is not None and use.until is None:
        return use.model_copy(update={"until": event.context.time})
    return use
