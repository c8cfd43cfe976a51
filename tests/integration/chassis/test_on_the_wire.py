"""The chassis on a real broker and database: from a record in one service to its effect in another, through deaths."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from chassis.ledger import new_id
from chassis.mongo import Database
from chassis.relay_marks import RELAY
from contracts import topics
from contracts.envelope import Context
from infra.kafka.provision import provision
from tests.fakes.chassis_database import UnreachableDatabase
from tests.fakes.chassis_messages import Sent, app_published, review_submitted, sent
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import (
    CATALOG,
    GATEWAY,
    READER,
    UNLUCKY,
    Parts,
    SilentRelay,
    living,
    settings_for,
    until,
)

pytestmark = pytest.mark.integration


def service(name: str, rows: tuple, database: DatabaseProcess, run: str) -> Parts:  # type: ignore[type-arg]
    """A service with a database of its own, by the name of this run."""
    return Parts(name, rows, Database(database.url, f"appstore_{name}_{run}"), SilentRelay())


@pytest.fixture
async def services(database_process: DatabaseProcess) -> AsyncIterator[dict[str, Parts]]:
    """Catalog and gateway, which only write here, and the community, which answers."""
    run = new_id().replace("-", "")
    rows = {"catalog": CATALOG, "gateway": GATEWAY, "community": READER}
    made = {name: service(name, rows[name], database_process, run) for name in rows}
    yield made
    for parts in made.values():
        parts.database.close()


async def send(broker: BrokerProcess, *messages: Sent) -> None:
    """Send messages made by hand, in their order."""
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all", max_request_size=4 * 1024 * 1024)
    await producer.start()
    for message in messages:
        await producer.send_and_wait(
            message.topic, message.value, message.key, message.partition, headers=list(message.headers)
        )
    await producer.stop()


async def publish(catalog: Parts, app: str, title: str = "An app") -> None:
    """Record an app event in a motion of its own."""
    await catalog.performer.perform(lambda motion: motion.record(app_published(app, title)))


async def read(broker: BrokerProcess, topic: topics.Topic, count: int) -> list[Context]:
    """The envelopes of the first so many messages of a topic, as a bare consumer sees them."""
    consumer = AIOKafkaConsumer(topic.name, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(15):
            return [Context.from_headers((await consumer.getone()).headers) for _ in range(count)]
    finally:
        await consumer.stop()


def in_their_order(contexts: Iterable[Context]) -> bool:
    """Whether each key's first appearances count on from one."""
    last: dict[str, int] = {}
    for context in contexts:
        if context.number > last.get(context.subject, 0) + 1:
            return False
        last[context.subject] = max(context.number, last.get(context.subject, 0))
    return True


async def answers(parts: Parts) -> int:
    """How many reviews were answered."""
    return len(await parts.ledger(topics.REVIEWS))


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
        await send(broker, sent(app_published(app)), requests[0], requests[2])
        await until(lambda: answers(community), "the first request is answered")
        await send(broker, requests[1])
        await until(lambda: _all_of(community, 3), "all three are answered", within=25)
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
        await send(broker, sent(app_published(app)), first, third)
        await until(lambda: _all_of(community, 1), "the first request is answered")
        await send(broker, sent(review_submitted(app)).with_(partition=first.partition))
        await until(lambda: _all_of(community, 2), "a request of another key is answered")
    await send(broker, second)
    async with living(services["community"], settings) as community:
        await until(lambda: _all_of(community, 4), "second and third are answered", within=12)


async def _all_of(parts: Parts, count: int) -> bool:
    return await answers(parts) == count


async def test_one_broken_message_stops_nobody(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """Raw bytes on a topic are held exactly; the next message of another key is handled within five seconds."""
    app = new_id()
    broken = Sent("gateway.review-requests", 0, b"some-key", b'{"broken', ())
    null = sent(review_submitted(app)).with_header("ce_team", b"").with_(key=new_id().encode())
    large = sent(review_submitted(app)).with_(value=b" " * 300_000)
    async with living(services["community"], settings_for(broker.bootstrap, database_process.url)) as community:
        await send(broker, sent(app_published(app)), broken, null, large, sent(review_submitted(app, rating=UNLUCKY)))
        await send(broker, *(sent(review_submitted(app)).with_(partition=number) for number in range(4)))
        await until(lambda: _all_of(community, 4), "the others are answered", within=5)
        held = {document["reason"]: document for document in await community.stored("held")}
    assert set(held) == {"bad-envelope", "too-large", "cant-be-handled-error"}
    [exact] = [document for document in await services["community"].stored("held") if document["key"] == b"some-key"]
    assert (exact["value"], exact["headers"]) == (b'{"broken', [])
    assert len(await services["community"].stored("held")) == 4


async def test_a_new_and_empty_broker_is_filled_again(
    database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """After the broker was replaced, the relay puts everything back in order and readers drop all as repeats."""
    app = new_id()
    with BrokerProcess() as broker:
        await provision(broker.bootstrap, topics.ALL)
        settings = settings_for(broker.bootstrap, database_process.url)
        async with (
            living(services["catalog"], settings) as catalog,
            living(services["community"], settings) as community,
        ):
            for title in ("One", "Two", "Three"):
                await publish(catalog, app, title)
            await send(broker, sent(review_submitted(app)))
            await until(lambda: answers(community), "the request is answered")
            await read(broker, topics.APPS, 3)
        broker.kill()
        broker.start()
        await provision(broker.bootstrap, topics.ALL)
        async with living(services["catalog"], settings), living(services["community"], settings) as community:
            assert [context.number for context in await read(broker, topics.APPS, 3)] == [1, 2, 3]
            await read(broker, topics.REVIEWS, 1)
            await send(broker, sent(review_submitted(app)))
            await until(lambda: _all_of(community, 2), "the next request is answered")
    assert await services["community"].stored("held") == []
    assert len(await services["community"].stored("known_apps")) == 1


async def test_whoever_dies_while_marking_loses_nothing(
    database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """A relay that published and died before it could note how far, with the broker gone too, publishes again."""
    with BrokerProcess() as broker:
        await provision(broker.bootstrap, topics.ALL)
        settings = settings_for(broker.bootstrap, database_process.url)
        dying = UnreachableDatabase(services["catalog"].database)
        async with living(Parts("catalog", CATALOG, dying, SilentRelay()), settings) as catalog:
            dying.lost = {RELAY}
            await catalog.performer.perform(lambda motion: motion.record(app_published(new_id())))
            await read(broker, topics.APPS, 1)
        broker.kill()
        broker.start()
        await provision(broker.bootstrap, topics.ALL)
        async with living(services["catalog"], settings):
            assert len(await read(broker, topics.APPS, 1)) == 1


async def test_a_commit_whose_answer_was_lost_is_published(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """The relay finds in the ledger what it was never offered, and publishes it before anything later of its key."""
    app = new_id()
    async with living(services["catalog"], settings_for(broker.bootstrap, database_process.url)) as catalog:
        silent = Parts("catalog", CATALOG, catalog.database, SilentRelay())
        await silent.performer.perform(lambda motion: motion.record(app_published(app, "Unheard")))
        catalog.relay.rescan()
        await catalog.performer.perform(lambda motion: motion.record(app_published(app, "Heard")))
        contexts = await read(broker, topics.APPS, 2)
    assert [context.number for context in contexts] == [1, 2]


async def test_the_database_dies_while_messages_flow(broker: BrokerProcess, tmp_path: Path) -> None:
    """Killed with -9 and started again, twice, while requests come in: nothing is held, lost or done twice."""
    with DatabaseProcess(tmp_path) as process:
        settings = settings_for(broker.bootstrap, process.url)
        community = service("community", READER, process, "mortal")
        app = new_id()
        async with living(community, settings) as alive:
            await send(broker, sent(app_published(app)))
            for _ in range(2):
                async with asyncio.TaskGroup() as group:
                    group.create_task(send(broker, *(sent(review_submitted(app)) for _ in range(60))))
                    await _some_more_than(alive, await answers(alive) + 5)
                    await asyncio.to_thread(process.kill)
                    await asyncio.to_thread(process.start)
            await until(lambda: _all_of(alive, 120), "all are answered", within=40)
            contexts = await read(broker, topics.REVIEWS, 120)
        assert len({context.subject for context in contexts}) == 120
        assert await community.stored("held") == []
        community.database.close()


async def _some_more_than(parts: Parts, count: int) -> None:
    async def more() -> bool:
        return await answers(parts) > count

    await until(more, "some are answered")
