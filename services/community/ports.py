"""What the community's use cases need of the outside, and the World that holds one of each."""

from dataclasses import dataclass
from typing import Protocol

from chassis.clock import Clock
from chassis.motions import Record
from contracts.identifiers import AppId, DeploymentId, PersonId, TeamId
from services.community.domain.review import Review
from services.community.domain.use import Use


class KnownApps(Protocol):
    """The apps this service has heard of."""

    async def remember(self, app: AppId) -> None:
        """An app exists."""
        ...

    async def has(self, app: AppId) -> bool:
        """Whether this app was heard of."""
        ...


class Uses(Protocol):
    """Who ran what, from the deployer's events."""

    async def get(self, deployment: DeploymentId) -> Use | None:
        """The use that a deployment is."""
        ...

    async def put(self, use: Use) -> None:
        """Keep a use as it is now."""
        ...

    async def of(self, app: AppId, team: TeamId) -> list[Use]:
        """Every use of an app by a team."""
        ...


class Reviews(Protocol):
    """The reviews that stand."""

    async def by(self, author: PersonId, app: AppId) -> bool:
        """Whether this person's review of this app stands."""
        ...

    async def of(self, app: AppId, team: TeamId) -> list[Review]:
        """The reviews of an app that were written for this team and stand."""
        ...


@dataclass(frozen=True)
class World:
    """Everything a use case may touch, inside one motion."""

    record: Record
    clock: Clock
    known_apps: KnownApps
    uses: Uses
    reviews: Reviews
