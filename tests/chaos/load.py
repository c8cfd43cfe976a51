"""People who ask for deployments and change their minds, each request with one key until there is an answer."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from appstore_client.models import Operation

from tests.e2e.eventually import eventually, persistently
from tests.e2e.person import Person

APPS = ("qdrant", "ollama", "steady", "brisk")
ENVIRONMENTS = ("test", "acceptance", "production")
AT_ONCE = 4
ANSWERED_WITHIN = 120
Change = dict[str, Any]


@dataclass(slots=True)
class Asked:
    """What was accepted: operation ids in the order of their requests, per deployment name."""

    operations: dict[str, list[str]] = field(default_factory=dict)
    deployments: dict[str, str] = field(default_factory=dict)
    accepted: int = 0


async def ask_for_everything(
    people: list[Person], count: int, chance: random.Random, accepted: Callable[[int], None]
) -> Asked:
    """Deploy so many, and to each deployment one change of mind: scale, restart, remove, or nothing."""
    asked, places = Asked(), asyncio.Semaphore(AT_ONCE)
    stories = [
        (f"c{number}", APPS[number % len(APPS)], ENVIRONMENTS[number % len(ENVIRONMENTS)], _change(chance))
        for number in range(count)
    ]

    async def live(name: str, app: str, environment: str, change: tuple[str, str, Change | None] | None) -> None:
        person = people[hash_of(name) % len(people)]
        async with places:
            wish = {"app": app, "environment": environment, "name": name}
            first = await _until_accepted(person, "POST", "/deployments", f"{name}-1", wish)
            asked.deployments[name] = first["subject"]["deployment"]
            _accept(asked, name, first, accepted)
            if change is not None:
                method, action, body = change
                await ended(person, first["id"], ANSWERED_WITHIN)
                path = f"/deployments/{asked.deployments[name]}{action}"
                _accept(asked, name, await _until_accepted(person, method, path, f"{name}-2", body), accepted)

    await asyncio.gather(*(live(*story) for story in stories))
    return asked


async def ended(person: Person, operation: str, within: float) -> Operation:
    """The operation once it has ended, however often nobody answers meanwhile."""
    return await eventually(
        lambda: persistently(lambda: person.store.operations.get(operation), within),
        lambda seen: seen.ended,
        within,
        f"operation {operation} has ended",
    )


def hash_of(name: str) -> int:
    """A number from a name, the same in every run."""
    return sum(name.encode())


def _change(chance: random.Random) -> tuple[str, str, Change | None] | None:
    return chance.choice(
        [
            None,
            ("PATCH", "", {"replicas": 2}),
            ("POST", "/_restart", None),
            ("DELETE", "", None),
        ]
    )


def _accept(asked: Asked, name: str, operation: Change, accepted: Callable[[int], None]) -> None:
    asked.operations.setdefault(name, []).append(operation["id"])
    asked.accepted += 1
    accepted(asked.accepted)


async def _until_accepted(person: Person, method: str, path: str, key: str, body: Change | None) -> Change:
    async def ask() -> httpx.Response | None:
        more = {} if body is None else {"json": body}
        try:
            return await person.send(method, path, headers={"Idempotency-Key": key}, timeout=10, **more)
        except httpx.TransportError:
            return None

    def is_answer(answer: httpx.Response | None) -> bool:
        return answer is not None and answer.status_code not in {502, 503, 504}

    answer = await eventually(ask, is_answer, ANSWERED_WITHIN, f"an answer to {method} {path} ({key})")
    assert answer is not None
    assert answer.status_code == 202, f"{method} {path}: {answer.status_code} {answer.text}"
    found: Change = answer.json()
    return found
