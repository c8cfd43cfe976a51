"""The community's World from memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chassis.motions import Lineage
from contracts.community.events import ReviewPublished
from contracts.identifiers import AppId, DeploymentId, PersonId, TeamId
from contracts.payload import Payload
from services.community.domain.review import Review
from services.community.domain.use import Use
from services.community.ports import World

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


@dataclass
class Memory:
    """What the community knows and has told, and the time it has. Meets every port of its World."""

    time: datetime = NOW
    apps: set[AppId] = field(default_factory=set)
    kept: dict[DeploymentId, Use] = field(default_factory=dict)
    recorded: list[Payload] = field(default_factory=list)
    team: TeamId | None = None

    def world(self) -> World:
        """The World that a use case gets."""
        return World(record=self.record, clock=self, known_apps=self, uses=self, reviews=_Reviews(self))

    async def record(self, payload: Payload, *, generation: int | None = None, lineage: Lineage | None = None) -> None:
        """Note what was told."""
        _ = generation, lineage
        self.recorded.append(payload)

    def now(self) -> datetime:
        """The test's time."""
        return self.time

    async def remember(self, app: AppId) -> None:
        """An app exists."""
        self.apps.add(app)

    async def has(self, app: AppId) -> bool:
        """Whether this app was heard of."""
        return app in self.apps

    async def get(self, deployment: DeploymentId) -> Use | None:
        """The use that a deployment is."""
        return self.kept.get(deployment)

    async def put(self, use: Use) -> None:
        """Keep a use."""
        self.kept[use.deployment] = use

    async def of(self, app: AppId, team: TeamId) -> list[Use]:
        """Every use of an app by a team."""
        return self._uses(lambda use: (use.app, use.team) == (app, team))

    def _uses(self, wanted: Callable[[Use], bool]) -> list[Use]:
        return [use for use in self.kept.values() if wanted(use)]


@dataclass
class _Reviews:
    """The reviews among what was told, the newest of each; all of them written for `memory.team`."""

    memory: Memory

    async def by(self, author: PersonId, app: AppId) -> bool:
        """Whether this person's review of this app stands."""
        return any((told.author, told.app) == (author, app) for told in self._newest())

    async def of(self, app: AppId, team: TeamId) -> list[Review]:
        """The reviews of an app that were written for a team and stand."""
        return [
            Review(app=app, author=told.author, team=team, written_at=told.written_at, published=told)
            for told in self._newest()
            if told.app == app and team == self.memory.team
        ]

    def _newest(self) -> list[ReviewPublished]:
        return list({told.review: told for told in self.memory.recorded if isinstance(told, ReviewPublished)}.values())
