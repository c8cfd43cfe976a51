"""The demo people who play the parts: a developer, and the compliance officer of the same team."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import yaml
from appstore_client import AppStore, FixedToken
from appstore_client.cli.language import language
from appstore_client.models import Me
from appstore_client.sign_in.code_flow import sign_in_by_form
from appstore_client.sign_in.discovery import find_issuer

from infra.local.demo.step import UnexpectedError
from infra.local.home import CHECKOUT

PEOPLE = CHECKOUT / "infra" / "local" / "people.yaml"
DEVELOPER, OFFICER = "developer", "compliance-officer"


@dataclass(frozen=True)
class Login:
    """How a demo person signs in."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class SignedInPerson:
    """A demo person with a client of their own."""

    me: Me
    store: AppStore
    team: str
    """Slug of the team in which they play their part."""


def choose_logins(path: Path = PEOPLE) -> tuple[Login, Login, str]:
    """Return a developer, a compliance officer of the same team, and the team's slug, as the file has them."""
    people = yaml.safe_load(path.read_text(encoding="utf-8"))["people"]
    for developer, team in _holders(people, DEVELOPER):
        for officer, officers_team in _holders(people, OFFICER):
            if team == officers_team:
                return _login(developer), _login(officer), team
    message = f"{path.name} has no team with a {DEVELOPER} and a {OFFICER}"
    raise UnexpectedError(message)


async def sign_in(address: str, login: Login, team: str, stack: AsyncExitStack) -> SignedInPerson:
    """Sign in through the issuer's own form; the client is closed with `stack`."""
    async with httpx.AsyncClient() as http:
        issuer = await find_issuer(http, address)
        tokens = await sign_in_by_form(http, issuer, login.username, login.password)
    store = await stack.enter_async_context(AppStore(address, FixedToken(tokens.access), language=language()))
    return SignedInPerson(await store.people.me(), store, team)


def _holders(people: list[dict[str, object]], role: str) -> list[tuple[dict[str, object], str]]:
    return [
        (person, membership["team"]["slug"])
        for person in people
        for membership in person["memberships"]  # type: ignore[attr-defined] # the issuer checks the file's shape
        if role in membership["roles"]
    ]


def _login(person: dict[str, object]) -> Login:
    return Login(str(person["username"]), str(person["password"]))
