"""Reads the read models. Everything the API and the pages show comes through here; nothing here writes."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

from pymongo.errors import PyMongoError

from chassis.errors import NotNow
from chassis.mongo import Database, is_away
from chassis.motions import Project
from contracts.held import UNREADABLE
from services.gateway.readmodels.app import APPS
from services.gateway.readmodels.cluster import CLUSTERS
from services.gateway.readmodels.deployment import DEPLOYMENTS
from services.gateway.readmodels.evidence import EVIDENCE
from services.gateway.readmodels.held import HELD
from services.gateway.readmodels.review import REVIEWS
from services.gateway.readmodels.rule import RULES
from services.gateway.readmodels.secret import SEALING_KEYS, STORED_SECRETS
from services.gateway.readmodels.timeline import TIMELINE, in_order
from services.gateway.readmodels.verdict import VERDICTS

Document = dict[str, Any]
Sort = Sequence[tuple[str, int]]
Place = tuple[str, str]
MOST = 1000


@contextmanager
def database_answers() -> Iterator[None]:
    """Raises NotNow when the database is away."""
    try:
        yield
    except PyMongoError as error:
        if not is_away(error):
            raise
        message = "the database does not answer"
        raise NotNow(message) from error


class ReadModels:
    """The gateway's read models, by what is asked of them. `serving` tells which collection of a model serves."""

    def __init__(self, database: Database, serving: Callable[[Project], str] = attrgetter("collection")) -> None:
        self._database = database
        self._serving = serving

    async def apps(self) -> list[Document]:
        """Every app that is not withdrawn and has a name, at most 1,000, by title."""
        found = await self._all(APPS, {"withdrawn": False})
        return sorted(found, key=lambda app: app["title"].casefold())

    async def app(self, name: str) -> Document | None:
        """An app by its name, withdrawn or not; of two that had the name the one that is not."""
        return await self._one(APPS, {"name": name}, sort=[("withdrawn", 1)])

    async def app_by_id(self, app: str) -> Document | None:
        """An app by its id."""
        return await self._one(APPS, {"_id": app})

    async def verdict(self, subject: str) -> Document | None:
        """The newest verdict about `<app id>:<version>`."""
        return await self._one(VERDICTS, {"_id": subject})

    async def verdicts(self) -> dict[str, Document]:
        """The newest verdict of every version, by subject."""
        return {found["_id"]: found for found in await self._all(VERDICTS, {})}

    async def rules(self) -> dict[str, Document]:
        """Every rule with its texts, by id."""
        return {found["_id"]: found for found in await self._all(RULES, {})}

    async def clusters(self) -> list[Document]:
        """The clusters that can be deployed to."""
        return await self._all(CLUSTERS, {})

    async def deployment(self, deployment: str) -> Document | None:
        """A deployment as its writers tell it."""
        return await self._one(DEPLOYMENTS, {"_id": deployment})

    async def deployments(self, teams: Iterable[str]) -> list[Document]:
        """The newest deployments of some teams, at most 1,000, newest first."""
        return await self._all(DEPLOYMENTS, {"team": {"$in": list(teams)}}, sort=[("_id", -1)])

    async def deployments_under(self, namespace: str, name: str) -> list[Document]:
        """The deployments that were asked for under this name in this namespace."""
        return await self._all(DEPLOYMENTS, {"environment.namespace": namespace, "asked.name": name})

    async def teams_running(self) -> Counter[str]:
        """How many teams run each app, by app id."""
        running = await self._all(DEPLOYMENTS, {"rollout.running": True})
        return Counter(app for app, _ in {(one["app"], one["team"]) for one in running if "team" in one})

    async def running(self, app: str) -> list[Document]:
        """The healthy deployments of one app."""
        return await self._all(DEPLOYMENTS, {"app": app, "rollout.running": True})

    async def timeline(self, deployment: str) -> list[Document]:
        """What happened to a deployment, oldest first; of more than 1,000 events the last ones."""
        return sorted(await self._all(TIMELINE, {"deployment": deployment}, sort=[("hlc", -1)]), key=in_order)

    async def review(self, review: str) -> Document | None:
        """A review, published or refused."""
        return await self._one(REVIEWS, {"_id": review})

    async def reviews(self, app: str) -> list[Document]:
        """The newest published reviews of an app, at most 1,000, newest first."""
        return await self._all(REVIEWS, {"app": app, "published": True}, sort=[("at", -1)])

    async def evidence(self, evidence: str) -> Document | None:
        """A piece of evidence, recorded or refused."""
        return await self._one(EVIDENCE, {"_id": evidence})

    async def is_held(self, operation: str, request: Place, generation: int, *, begun: bool) -> bool:
        """Whether a message of an operation, or one that its request queues behind, waits for an operator.

        `request` is the topic of its request and the key it has there, `generation` its sequence. What can't be read
        has no number: it counts for a request that nobody has `begun` with.
        """
        topic, key = request
        if await self._one(HELD, {"correlation": operation, "standing": "held"}) is not None:
            return True
        before_it = await self._all(HELD, {"messageKey": key, "fromTopic": topic, "standing": "held"})
        if any(one["messageSequence"] <= generation for one in before_it):
            return True
        return not begun and bool(await self._all(HELD, {"rawKey": key, "fromTopic": topic, "standing": "held"}))

    async def sealing_key(self, cluster: str) -> Document | None:
        """What secrets for a cluster are sealed with."""
        return await self._one(SEALING_KEYS, {"_id": cluster})

    async def stored_secrets(self, secrets: list[str]) -> set[str]:
        """Which of these secrets their deployers have."""
        if not secrets:
            return set()
        return {found["_id"] for found in await self._all(STORED_SECRETS, {"_id": {"$in": secrets[:MOST]}})}

    async def skipped_unread(self, request: Place, generation: int, owner: str) -> Document | None:
        """The request that its owner could not even read and an operator skipped there: nobody answers that one."""
        topic, key = request
        found = await self._all(HELD, {"messageKey": key, "fromTopic": topic, "standing": "skipped", "service": owner})
        return next(
            (one for one in found if one["messageSequence"] == generation and one["reason"] in UNREADABLE), None
        )

    async def _one(self, model: Project, query: Document, sort: Sort = ()) -> Document | None:
        found = await self._all(model, query, sort, limit=1)
        return found[0] if found else None

    async def _all(self, model: Project, query: Document, sort: Sort = (), limit: int = MOST) -> list[Document]:
        collection = self._database.collection(self._serving(model))
        with database_answers():
            return [found async for found in collection.find(query, limit=limit, sort=list(sort) or None)]


MODELS: Sequence[Project] = (
    APPS,
    VERDICTS,
    RULES,
    DEPLOYMENTS,
    TIMELINE,
    REVIEWS,
    EVIDENCE,
    CLUSTERS,
    HELD,
    SEALING_KEYS,
    STORED_SECRETS,
)
