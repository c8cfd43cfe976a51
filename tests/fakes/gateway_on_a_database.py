"""The gateway on a real database, without a broker: what it records comes back at once, as the log would bring it.

Identity is real and its ports are in memory; people sign in with a token of the fake issuer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
from joserfc.jwk import ECKey

from chassis.clock import SystemClock
from chassis.cursor import Cursors
from chassis.handle import Handler
from chassis.health import Readiness
from chassis.held import Held
from chassis.ledger import Writer
from chassis.mongo import Database
from chassis.motions import Keeps, Table
from chassis.passed_over import keeps_held
from chassis.perform import Performer
from chassis.projection import Projector
from chassis.waiting import Waiting
from chassis.wire import RawMessage, read_context, read_event
from contracts import topics
from contracts.envelope import Event
from services.gateway.accept import store as accepted
from services.gateway.accept.store import Operations
from services.gateway.handlers import MOTIONS
from services.gateway.identity.current_person import Identity
from services.gateway.identity.names import Names
from services.gateway.identity.oidc import TokenVerifier
from services.gateway.identity.person_key import PersonKeys
from services.gateway.identity.ports import People
from services.gateway.identity.provider import Provider
from services.gateway.identity.session import Sessions
from services.gateway.identity.sign_ins import SignIns
from services.gateway.identity.store import MongoPeople, MongoSessions
from services.gateway.live.hub import Hub
from services.gateway.ports import World
from services.gateway.readmodels.store import ReadModels
from services.gateway.settings import GatewaySettings
from services.gateway.web.public_address import public_address
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import OTHER_TEAM, PERSON, TEAM, Telling, an_id
from tests.fakes.identity import (
    ISSUER,
    DocumentIssuer,
    PeopleInMemory,
    SeenInMemory,
    SessionsInMemory,
    SignInLogInMemory,
    new_key,
    sign,
)
from tests.fakes.published import Published
from tests.fakes.questions import Asked

EPOCH = "epoch-1"
PLATFORM_KEY = b"0" * 32


class GatewayOnADatabase:
    """A gateway's World and its public address, with hands to play the log."""

    def __init__(self, mongo: str, *, real_people: bool = False) -> None:
        """Take the database's address; with `real_people` names and sessions are in it too."""
        table = Table(MOTIONS)
        self.database = Database(mongo, f"gateway_{uuid4().hex}")
        self.published = Published()
        folds = {row.topic.name: row for row in table.of(Keeps)}
        folds[topics.HELD_MESSAGES["gateway"].name] = keeps_held("gateway")
        writer = Writer("gateway", an_id(1), "0" * 20, folds, SystemClock())
        self.performer = Performer(writer, self.database, self.published)
        handler = Handler(
            table,
            self.performer,
            lambda motion: motion,
            Cursors(self.database),
            Waiting(self.database),
            Held("gateway", self.database),
        )
        self._projector = Projector(table, self.database, handler)
        self._offset = 0
        self._heard = 0
        self._key: ECKey = new_key()
        self.people = PeopleInMemory()
        self.known: People = MongoPeople(self.database) if real_people else self.people
        self.sessions = Sessions(MongoSessions(self.database) if real_people else SessionsInMemory())
        self.hub = Hub(EPOCH)
        self.asked = Asked()
        self.issuer = DocumentIssuer([self._key])
        self.provider = Provider(ISSUER, self.issuer.client())
        self.world = self._world()
        self.address = public_address(self.world, self.provider)

    def _world(self) -> World:
        settings = GatewaySettings(public_url="https://store.example", issuer=ISSUER)
        identity = Identity(
            TokenVerifier(self.provider),
            self.sessions,
            SignIns(SignInLogInMemory(), SeenInMemory(), self.known),
            self.known,
            settings.public_url,
        )
        return World(
            settings=settings,
            performer=self.performer,
            clock=SystemClock(),
            models=ReadModels(self.database),
            operations=Operations(self.database),
            hub=self.hub,
            asker=self.asked.asker,
            identity=identity,
            people=self.known,
            names=Names(self.known),
            keys=PersonKeys(self.database, PLATFORM_KEY),
            readiness=Readiness("gateway"),
        )

    async def prepare(self) -> None:
        """Make the indexes, as the start does."""
        await accepted.prepare(self.database)
        self.hub.begin_at({(topic.name, number): 0 for topic in topics.ALL for number in range(topic.partitions)})

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    async def stock(self) -> Telling:
        """An app with a version, a score and a review, a cluster, and a healthy deployment of team-data."""
        tell = Telling()
        public = (told.app(), told.version(), told.scored(), told.cluster(), told.review())
        asked = tell(told.requested(), team=TEAM, actor=PERSON)
        await self.hear(*map(tell, public), asked)
        await self.hear(*(tell(one, generation=1) for one in (told.approved(), told.started(), told.succeeded())))
        return tell

    async def hear(self, *events: Event[Any]) -> None:
        """Bring events of other services, as consumer and tail do."""
        await self._bring([_message(event) for event in events])

    async def catch_up(self) -> None:
        """Bring what the gateway itself recorded since the last time."""
        entries, self._heard = self.published.entries[self._heard :], len(self.published.entries)
        await self._bring(
            [
                RawMessage(
                    entry["topic"],
                    entry["partition"],
                    0,
                    entry["key"].encode(),
                    bytes(entry["value"]),
                    tuple((name, value.encode()) for name, value in entry["headers"]),
                    EPOCH,
                )
                for entry in entries
            ]
        )

    async def _bring(self, messages: Sequence[RawMessage]) -> None:
        gaps = await self._projector.apply(messages)
        assert not gaps, gaps
        for raw in messages:
            self._offset += 1
            self.hub.hear(read_event(raw, read_context(raw)), (raw.topic, raw.partition), self._offset)

    def token(
        self,
        *roles: str,
        person: str = PERSON,
        teams: Sequence[tuple[str, str]] = ((TEAM, "team-data"),),
        issued_at: datetime | None = None,
    ) -> str:
        """An access token of somebody with these roles in these teams; a developer when no role is named."""
        named = list(roles) or ["developer"]
        iat = {"iat": int(issued_at.timestamp())} if issued_at is not None else {}
        claim = [{"id": team, "slug": slug, "roles": named} for team, slug in teams]
        return sign(self._key, sub=person, sid=f"sid-{person}-{named}", name="Demi Demo", teams=claim, **iat)

    def client(self, token: str | None = None, **headers: str) -> httpx.AsyncClient:
        """A client of the public address."""
        given = {"Accept-Language": "en", **headers}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.address, raise_app_exceptions=False),
            base_url="https://store.example/api/v1",
            headers=given,
            timeout=20,
        )

    def developer(self, **headers: str) -> httpx.AsyncClient:
        """A client of a developer of team-data."""
        return self.client(self.token(), **headers)

    def stranger(self, **headers: str) -> httpx.AsyncClient:
        """A client of a developer of another team."""
        return self.client(self.token(person=an_id(52), teams=((OTHER_TEAM, "team-web"),)), **headers)


def _message(event: Event[Any]) -> RawMessage:
    topic, key = event.data.topic, event.context.subject
    value = event.data.model_dump_json(exclude_none=True).encode()
    headers = tuple(event.context.to_headers())
    return RawMessage(topic.name, topic.partition_of(key), 0, key.encode(), value, headers, EPOCH)
