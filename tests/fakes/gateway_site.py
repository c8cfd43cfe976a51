"""The pages as an application of their own, over read models in memory, with people who are signed in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import httpx
from starlette.applications import Starlette

from contracts.people import Personal, Role
from services.gateway.identity.current_person import Identity
from services.gateway.identity.names import Names
from services.gateway.identity.person import Membership, Person
from services.gateway.identity.session import SESSION_COOKIE, Sessions
from services.gateway.ports import World
from services.gateway.web.site import site_routes
from tests.fakes.gateway_read import START, ReadModelsInMemory
from tests.fakes.identity import PERSON, TEAM_DATA, TEAM_WEB, PeopleInMemory, SessionsInMemory

ADDRESS = "http://127.0.0.1:8400"
NOW = START + timedelta(seconds=12)
LOCKED = Personal(person=PERSON, key=PERSON, ciphertext="AAAA")


class StoppedClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """The time of every test."""
        return NOW


@dataclass
class OpenKeys:
    """Opens every text with the same words."""

    words: str | None = "Werkt goed."

    async def unlock(self, _locked: Personal) -> str | None:
        """The text."""
        return self.words


@dataclass
class FakeSite:
    """The pages of one gateway."""

    models: ReadModelsInMemory = field(default_factory=ReadModelsInMemory)
    keys: OpenKeys = field(default_factory=OpenKeys)
    people: PeopleInMemory = field(default_factory=lambda: PeopleInMemory({PERSON: "Sanne Bakker"}))

    def __post_init__(self) -> None:
        """Put the parts together as `parts.py` does."""
        self.sessions = Sessions(SessionsInMemory())
        nothing = cast("Any", None)
        self.identity = Identity(nothing, self.sessions, nothing, self.people, ADDRESS)
        self.world = World(
            settings=cast("Any", SimpleNamespace(web_client_secret_file=None)),
            performer=nothing,
            clock=StoppedClock(),
            models=self.models,
            operations=nothing,
            hub=nothing,
            asker=nothing,
            identity=self.identity,
            people=self.people,
            names=Names(self.people),
            keys=cast("Any", self.keys),
            readiness=nothing,
        )

    def browser(self, cookie: str | None = None, language: str = "nl") -> httpx.AsyncClient:
        """A browser in front of it, with a session's cookie when somebody is signed in."""
        app = Starlette(routes=site_routes(self.world, cast("Any", None)))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        cookies = {SESSION_COOKIE: cookie} if cookie else None
        headers = {"Accept-Language": language}
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS, cookies=cookies, headers=headers)

    async def sign_in(self, slug: str = "team-data", person: str = PERSON) -> str:
        """The cookie of a developer of a team."""
        team = {"team-data": TEAM_DATA, "team-web": TEAM_WEB}[slug]
        membership = Membership(team, slug, frozenset({Role.DEVELOPER}))
        cookie, _ = await self.sessions.start(Person(person, (membership,)))
        return cookie
