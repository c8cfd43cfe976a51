"""Two replicas of every service: what either accepts is done once, whichever of them stops."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from httpx_sse import ServerSentEvent

from contracts import topics
from infra.local.ports import SERVICES, replica, service_of
from infra.local.ready import get
from infra.local.stack import Stack, start
from tests.e2e.app_folder import write_app
from tests.e2e.bare_kafka import read_all
from tests.e2e.eventually import eventually
from tests.e2e.ledgers import Ledgers
from tests.e2e.own_cluster import write_cluster
from tests.e2e.person import Person, signed_in
from tests.e2e.streams import stream, take_until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.kills,
    pytest.mark.replicas,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

TAKEOVER_SECONDS = 10
APP = "quick-replicas"
SIGNS = {"hello", "position"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def doubled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A stack with two replicas of every service."""
    environment = {"APPSTORE_CLUSTER_FILE": str(write_cluster(tmp_path_factory.mktemp("cluster")))}
    home, two = tmp_path_factory.mktemp("doubled"), dict.fromkeys(SERVICES, 2)
    async with start(home=home, environment=environment, replicas=two, within=90) as stack:
        write_app(stack.home.apps, APP)
        yield stack


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def demi(doubled: Stack) -> AsyncIterator[Person]:
    """A developer of team-data, at the first gateway, who sees the app with its score."""
    async with signed_in(doubled, "demi") as person:
        await eventually(
            person.store.apps.list_all, lambda cards: APP in {card.name for card in cards if card.score}, 20, "scored"
        )
        yield person


@pytest.fixture
def ledgers(doubled: Stack) -> Iterator[Ledgers]:
    """What the services have written down."""
    ledgers = Ledgers(doubled.mongo)
    yield ledgers
    ledgers.close()


def at(person: Person, stack: Stack, part: str) -> Person:
    """The same person at another replica of the gateway; for requests by hand."""
    return replace(person, address=stack.address_of(part))


async def report(stack: Stack, part: str) -> dict[str, Any]:
    """What /ready of a replica says."""
    _, body = await asyncio.to_thread(get, stack.ports.health(part), "/ready")
    return dict(json.loads(body)) if body.startswith("{") else {}


async def deploy(person: Person, name: str, wait: int = 30, key: str | None = None) -> dict[str, Any]:
    """The operation of a deployment, as it stood when the wait was over."""
    headers = {"Prefer": f"wait={wait}"} | ({"Idempotency-Key": key} if key else {})
    wish = {"app": APP, "environment": "test", "name": name}
    answer = await person.send("POST", "/deployments", json=wish, headers=headers)
    assert answer.status_code in {200, 202}, answer.text
    return dict(answer.json())


async def test_an_answer_reaches_the_replica_that_was_asked(doubled: Stack, demi: Person) -> None:
    """`Prefer: wait` ends with the truth at either gateway, whichever of them writes the read models."""
    parts = ("gateway", "gateway-2")
    ended = await asyncio.gather(*(deploy(at(demi, doubled, part), f"asked-{part}") for part in parts))
    assert [one["status"] for one in ended] == ["succeeded", "succeeded"]


async def test_one_key_at_two_replicas_is_one_operation(doubled: Stack, demi: Person, ledgers: Ledgers) -> None:
    """The same request with the same key, sent to both gateways at once, is accepted once."""
    parts = ("gateway", "gateway-2") * 3
    asked = await asyncio.gather(*(deploy(at(demi, doubled, part), "once", 0, "one-key") for part in parts))
    operations = {one["id"] for one in asked}
    assert len(operations) == 1
    recorded = ledgers.events("gateway", {"topic": topics.DEPLOYMENT_REQUESTS.name})
    assert [one["ce_correlationid"] for one in recorded if one["data"]["name"] == "once"] == list(operations)


async def test_a_stream_goes_on_at_another_replica(doubled: Stack, demi: Person, ledgers: Ledgers) -> None:
    """Cut at one gateway while much happens and resumed at the other: every event of the log once, and in order."""
    last = (await take_until(at(demi, doubled, "gateway"), None, "hello"))[-1].id
    asked = [await deploy(at(demi, doubled, "gateway"), f"streamed-{number}", 0) for number in range(4)]
    operations = {one["id"] for one in asked}
    heard: list[dict[str, Any]] = []
    turn = 0
    async with asyncio.timeout(60):
        while not operations <= {one["correlationId"] for one in heard if one["event"] == "DeploymentSucceeded"}:
            turn += 1
            here = at(demi, doubled, ("gateway", "gateway-2")[turn % 2])
            messages = await take_some(here, last, 5)
            last = messages[-1].id
            heard += [json.loads(one.data) for one in messages if one.event not in SIGNS]
    recorded = {
        one["ce_id"]: (one["topic"], one["key"])
        for service in topics.SERVICES
        for one in ledgers.events(service)
        if one["ce_correlationid"] in operations
    }
    shown = [one["id"] for one in heard if one["correlationId"] in operations]
    assert len(shown) == len(set(shown))
    assert set(shown) == set(recorded)
    for place in set(recorded.values()):
        assert [one for one in shown if recorded[one] == place] == [one for one in recorded if recorded[one] == place]


async def take_some(person: Person, last: str, count: int) -> list[ServerSentEvent]:
    """The first so many messages of a stream that goes on behind an id; fewer when the last deployment ended."""
    taken: list[ServerSentEvent] = []
    async with aclosing(stream(person, last)) as messages:
        async for message in messages:
            assert message.event != "reset"
            if message.data:
                taken.append(message)
            if len(taken) == count or message.event == "DeploymentSucceeded":
                break
    return taken


async def test_leaders_that_die_are_followed(doubled: Stack, demi: Person, ledgers: Ledgers) -> None:
    """With every leader killed at once each service is led within 10 s, and what was asked on the way is done."""
    leaders = [await doubled.leader(service) for service in SERVICES]
    gateway = next(part for part in doubled.ports.services if service_of(part) == "gateway" and part not in leaders)
    asked = asyncio.ensure_future(deploy(at(demi, doubled, gateway), "while-dying", 45))
    await asyncio.gather(*(doubled.kill(part) for part in leaders))
    await asyncio.gather(*(doubled.leader(service, TAKEOVER_SECONDS) for service in SERVICES))
    assert (await asked)["status"] == "succeeded"
    await doubled.ready(60)
    await the_log_is_whole(doubled, ledgers)


async def test_leaders_that_stop_are_followed_and_may_wake_up(doubled: Stack, demi: Person, ledgers: Ledgers) -> None:
    """With every leader stopped all work goes on within 10 s; those that wake up act on nothing; nothing is doubled."""
    leaders = {service: await doubled.leader(service) for service in SERVICES}
    others = {service: ({replica(service, 1), replica(service, 2)} - {leaders[service]}).pop() for service in SERVICES}
    terms = {service: (await report(doubled, leaders[service]))["term"] for service in SERVICES}
    for part in leaders.values():
        doubled.pause(part)
    try:
        for service, part in others.items():
            await eventually(
                lambda part=part: report(doubled, part),  # type: ignore[misc]
                lambda seen: seen.get("role") == "leader",
                TAKEOVER_SECONDS,
                f"{part} leads",
            )
            assert (await report(doubled, part))["term"] == terms[service] + 1
        there = at(demi, doubled, others["gateway"])
        assert (await deploy(there, "while-stopped", 40))["status"] == "succeeded"
    finally:
        for part in leaders.values():
            doubled.resume(part)
    for service, part in leaders.items():
        await eventually(
            lambda part=part: report(doubled, part),  # type: ignore[misc]
            lambda seen: seen.get("role") == "standby" and seen.get("ready"),
            TAKEOVER_SECONDS,
            f"{part} stands by",
        )
        assert (await report(doubled, others[service]))["role"] == "leader"
    assert (await deploy(at(demi, doubled, leaders["gateway"]), "after-waking", 40))["status"] == "succeeded"
    await the_log_is_whole(doubled, ledgers)


async def the_log_is_whole(stack: Stack, ledgers: Ledgers) -> None:
    """Everything recorded is on the log, in the order of its key, and no place has two events."""
    kept = [topic.name for topic in topics.ALL if topic.writer in SERVICES]
    recorded = {one["ce_id"] for name in topics.SERVICES for one in ledgers.events(name)}

    async def on_the_log() -> set[str]:
        return {one.headers["ce_id"] for one in await read_all(stack.kafka, kept)}

    await eventually(on_the_log, lambda seen: seen >= recorded, 10, "all that was recorded is on the log")
    places: dict[tuple[str, bytes | None, str], str] = {}
    last: dict[tuple[str, bytes | None], int] = {}
    for message in await read_all(stack.kafka, kept):
        key, sequence = (message.topic, message.key), message.headers["ce_sequence"]
        assert places.setdefault((*key, sequence), message.headers["ce_id"]) == message.headers["ce_id"]
        assert int(sequence) <= last.get(key, 0) + 1
        last[key] = max(int(sequence), last.get(key, 0))
