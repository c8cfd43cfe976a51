"""The reviews that stand, read from the fold the chassis keeps."""

from chassis.ledger import Kept, Motion
from contracts import topics
from contracts.identifiers import AppId, PersonId
from services.community.domain.review import Review


class MongoReviews:
    """Meets `ports.Reviews`."""

    def __init__(self, motion: Motion) -> None:
        self._reviews = Kept(motion, topics.REVIEWS, Review)

    async def by(self, author: PersonId, app: AppId) -> bool:
        """Whether this person's review of this app stands."""
        return bool(await self._reviews.find({"author": author, "app": app, "published": True}, limit=1))
