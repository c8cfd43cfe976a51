"""Twenty deployments while everything is killed in turn: nothing is lost, nothing happens twice."""

import asyncio
from collections import Counter

import pytest

from contracts import topics
from contracts.deployments.events import FINAL
from infra.local.stack import Stack
from tests.e2e.asking import ask_until_accepted
from tests.e2e.ledgers import Ledgers
from tests.e2e.person import Person, signed_in
from tests.e2e.wanted_objects import as_applied, wanted_objects

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.kafka,
    pytest.mark.kills,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

VICTIMS = ("catalog", "compliance", "deployer", "community", "gateway", "database", "broker")
APPS = ("qdrant", "ollama", "steady", "brisk")
ENVIRONMENTS = ("test", "acceptance", "production")
WISHES = tuple(
    {"app": APPS[number % 4], "environment": ENVIRONMENTS[number % 3], "name": f"d{number}"} for number in range(20)
)
FINAL_TYPES = {kind.type_name() for kind in FINAL}


async def test_twenty_deployments_survive_every_death(hurt: Stack, ledgers_of_hurt: Ledgers) -> None:
    """Each of 20 requests made while every part is killed ends once, succeeded, with exactly its objects."""
    async with signed_in(hurt, "demi") as demi, signed_in(hurt, "wout") as wout:
        people = [demi, wout]
        asked: list[asyncio.Task[str]] = []
        for turn, victim in enumerate(VICTIMS):
            due = WISHES[turn * 3 : turn * 3 + 3]
            # One on its way when the part dies, the others while it is dead.
            asked += [asyncio.create_task(ask_until_accepted(_asker(people, wish), wish)) for wish in due[:1]]
            await asyncio.wait(asked, timeout=0.15)
            await hurt.kill(victim)
            asked += [asyncio.create_task(ask_until_accepted(_asker(people, wish), wish)) for wish in due[1:]]
            await hurt.ready(60)
        operations = await asyncio.gather(*asked)

        ended = [
            await _asker(people, wish).ended(await _asker(people, wish).store.operations.get(one), 60)
            for wish, one in zip(WISHES, operations, strict=True)
        ]
        assert Counter(one.status for one in ended) == {"succeeded": 20}
        assert len(set(operations)) == 20
        again = [await ask_until_accepted(_asker(people, wish), wish) for wish in WISHES]
        assert again == operations

    requests = ledgers_of_hurt.events("gateway", {"topic": topics.DEPLOYMENT_REQUESTS.name})
    names = {wish["name"] for wish in WISHES}
    mine = Counter(one["ce_correlationid"] for one in requests if one["data"]["name"] in names)
    assert mine == dict.fromkeys(operations, 1)
    finals = [one for one in ledgers_of_hurt.events("deployer") if one["ce_type"] in FINAL_TYPES]
    assert Counter((one["key"], one["ce_generation"]) for one in finals) == {
        (one["key"], one["ce_sequence"]): 1 for one in requests
    }
    assert as_applied(ledgers_of_hurt.sandbox_objects()) == as_applied(wanted_objects(requests, ledgers_of_hurt))
    for service in topics.SERVICES:
        assert ledgers_of_hurt.held(service) == []
        assert ledgers_of_hurt.collection(service, "waiting").count_documents({}) == 0


def _asker(people: list[Person], wish: dict[str, str]) -> Person:
    """Who asks for it: somebody of the one team and of the other in turn."""
    return people[WISHES.index(wish) % len(people)]
