"""A use: one deployment of an app by a team, and when which version was healthy. Folded from the deployer's events."""

from datetime import datetime
from typing import Any

from contracts.deployments.events import DeploymentFailed, DeploymentRemoved, DeploymentSucceeded
from contracts.envelope import Event
from contracts.identifiers import AppId, DeploymentId, DnsLabel, TeamId, VersionTag
from contracts.noun import Noun, Time

MOST_SPANS = 100
"""A deployment that was healthy more often keeps its newest spans."""


class Span(Noun):
    """A version was healthy from `since` until `until`; None says it still is."""

    version: VersionTag
    since: Time
    until: Time | None = None

    def at(self, moment: datetime) -> "Span | None":
        """This span as it was at a moment; None before it began."""
        if self.since > moment:
            return None
        over = self.until is not None and self.until <= moment
        return self if over else self.model_copy(update={"until": None})

    def seconds(self, now: datetime) -> int:
        """How long it lasted, in whole seconds."""
        return max(0, int(((self.until or now) - self.since).total_seconds()))


class Use(Noun):
    """What a team ran somewhere, oldest span first."""

    deployment: DeploymentId
    app: AppId
    team: TeamId
    environment: DnsLabel
    spans: tuple[Span, ...] = ()


def fold_use(use: Use | None, event: Event[Any]) -> Use | None:
    """A span begins when a version became healthy; a failure, a removal or another version ends it."""
    data, at = event.data, event.context.time
    if isinstance(data, DeploymentSucceeded):
        use = use or Use(
            deployment=data.deployment, app=data.app, team=data.environment.team, environment=data.environment.name
        )
        last = use.spans[-1] if use.spans else None
        if last is not None and last.until is None and last.version == data.version:
            return use
        begun = Span(version=data.version, since=at)
        return use.model_copy(update={"spans": (*_ended(use, at), begun)[-MOST_SPANS:]})
    if isinstance(data, DeploymentFailed | DeploymentRemoved) and use is not None:
        return use.model_copy(update={"spans": _ended(use, at)})
    return use


def _ended(use: Use, at: datetime) -> tuple[Span, ...]:
    return tuple(span if span.until is not None else span.model_copy(update={"until": at}) for span in use.spans)
