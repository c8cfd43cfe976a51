"""The chassis on a real broker and database: from a record in one service to its effect in another."""

import asyncio
import contextlib
from collections.abc import Iterable

import pytest

from chassis.ledger import new_id
from contracts import topics
from contracts.envelope import Context
from tests.fakes.chassis_messages import Sent, app_published, review_submitted, sent
from tests.fakes.chassis_on_the_wire import answered, answers, publish, read, send
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import (
    UNLUCKY,
    Parts,
    living,
    settings_for,
    until,
)

pytestmark = [pytest.mark.integration, pytest.mark.kafka]


def in_their_order(contexts: Iterable[Context]) -> bool:
    """Whether each key's first appearances count on from one."""
    last: dict[str, int] = {}
    for context in contexts:
        if context.number > last.get(context.subject, 0) + 1:
            return False
        last[context.subject] = max(context.number, last.get(context.subject, 0))
    return True


async def test_a_request_travels_from_ledger_to_ledger(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """Recorded, relayed, consumed, answered: sequence, stamp, cause and correlation are right in the Kafka headers."""
    settings = settings_for(broker.bootstrap, database_process.url)
    async with contextlib.AsyncExitStack() as stack:
        alive = {name: await stack.enter_async_context(living(parts, settings)) for name, parts in services.items()}
        app = new_id()
        await alive["catalog"].performer.perform(lambda motion: motion.record(app_published(app)))
        asked = review_submitted(app)
        event = await alive["gateway"].performer.perform(lambda motion: motion.record(asked))
        [answer] = await read(broker, topics.REVIEWS, 1)
    assert answer.cause == f"gateway.review-requests/{asked.review}/000000000001"
    assert answer.correlationid == event.context.correlationid
    assert answer.causationid == event.context.id
    assert (answer.number, answer.subject) == (1, asked.review)
    assert answer.hlc > event.context.hlc
    assert answer.source.endswith(":systeem:appstore-community")


async def test_each_keys_events_are_published_in_their_order(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """However many motions write side by side, event n+1 of a key is on the log after n, and each once."""
    apps = [new_id() for _ in range(6)]
    async with living(services["catalog"], settings_for(broker.bootstrap, database_process.url)) as catalog:
        await asyncio.gather(*(publish(catalog, app) for app in apps * 5))
        contexts = await read(broker, topics.APPS, 30)
    assert in_their_order(contexts)
    assert len({context.id for context in contexts}) == 30


async def test_a_gap_is_filled_by_reading_again(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """The message beyond a gap waits on the log; once the missing one is there, both are handled, in their order."""
    app, review = new_id(), new_id()
    requests = [sent(review_submitted(app, review=review, rating=number + 1), number) for number in (1, 2, 3)]
    async with living(services["community"], settings_for(broker.bootstrap, database_process.url)) as community:
        await send(broker.bootstrap, sent(app_published(app)), requests[0], requests[2])
        await until(lambda: answers(community), "the first request is answered")
        await send(broker.bootstrap, requests[1])
        await until(lambda: answered(community, 3), "all three are answered", within=25)
    [state] = await services["community"].stored("state_reviews")
    assert state["state"] == {"answers": 3, "rating": 4}


async def test_a_gap_is_not_forgotten_by_the_next_process(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """Whoever stops while a gap is open leaves the offset before it, though others after it were handled."""
    app, review = new_id(), new_id()
    first, second, third = (sent(review_submitted(app, review=review), number) for number in (1, 2, 3))
    settings = settings_for(broker.bootstrap, database_process.url)
    async with living(services["community"], settings) as community:
        await send(broker.bootstrap, sent(app_published(app)), first, third)
        await until(lambda: answered(community, 1), "the first request is answered")
        await send(broker.bootstrap, sent(review_submitted(app)).with_(partition=first.partition))
        await until(lambda: answered(community, 2), "a request of another key is answered")
    await send(broker.bootstrap, second)
    async with living(services["community"], settings) as community:
        await until(lambda: answered(community, 4), "second and third are answered", within=12)


async def test_one_broken_message_stops_nobody(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """Raw bytes on a topic are held exactly; the next message of another key is handled within five seconds."""
    app = new_id()
    broken = Sent("gateway.review-requests", 0, b"some-key", b'{"broken', ())
    null = sent(review_submitted(app)).with_header("ce_team", b"").with_(key=new_id().encode())
    large = sent(review_submitted(app)).with_(value=b" " * 300_000)
    async with living(services["community"], settings_for(broker.bootstrap, database_process.url)) as community:
        await send(
            broker.bootstrap, sent(app_published(app)), broken, null, large, sent(review_submitted(app, rating=UNLUCKY))
        )
        everywhere = range(topics.REVIEW_REQUESTS.partitions)
        await send(broker.bootstrap, *(sent(review_submitted(app)).with_(partition=number) for number in everywhere))
        await until(lambda: answered(community, len(everywhere)), "the others are answered", within=5)
        held = {document["reason"]: document for document in await community.stored("held")}
    assert set(held) == {"bad-envelope", "too-large", "cant-be-handled-error"}
    [exact] = [document for document in await services["community"].stored("held") if document["key"] == b"some-key"]
    assert (exact["value"], exact["headers"]) == (b'{"broken', [])
    assert len(await services["community"].stored("held")) == 4
