"""The reviews that stand, read from the fold the chassis keeps."""

from chassis.ledger import Kept, Motion
from contracts import topics
from contracts.identifiers import AppId, PersonId, TeamId
from services.community.domain.review import Review


class MongoReviews:
    """Meets `ports.Reviews`."""

    def __init__(self, motion: Motion) -> None:
        self._reviews = Kept(motion, topics.REVIEWS, Review)

    async def by(self, author: PersonId, app: AppId) -> bool:
        """Whether this person's review of this app stands."""
        return bool(await self._reviews.find({"author": author, "app": app}, limit=1))

    async def of(self, app: AppId, team: TeamId) -> list[Review]:
        """The reviews of an app that were written for this team and stand."""
        return await self._reviews.find({"app": app, "team": team})
