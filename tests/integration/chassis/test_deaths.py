"""What dies and comes back on a real broker and database: nothing is lost, told twice with effect, or held for it."""

import asyncio
from pathlib import Path

import pytest

from chassis.ledger import Motion, new_id
from chassis.relay_marks import RELAY
from contracts import topics
from infra.kafka.provision import provision
from tests.fakes.chassis_database import UnreachableDatabase
from tests.fakes.chassis_messages import app_published, review_submitted, sent
from tests.fakes.chassis_on_the_wire import answered, answers, publish, read, send, until_more_are_answered
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import CATALOG, READER, Parts, living, service, settings_for, until
from tests.fakes.published import Published

pytestmark = [pytest.mark.integration, pytest.mark.kafka]


@pytest.mark.kills
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
            await send(broker.bootstrap, sent(review_submitted(app)))
            await until(lambda: answers(community), "the request is answered")
            await read(broker, topics.APPS, 3)
        broker.replace()
        await provision(broker.bootstrap, topics.ALL)
        async with living(services["catalog"], settings), living(services["community"], settings) as community:
            assert [context.number for context in await read(broker, topics.APPS, 3)] == [1, 2, 3]
            await read(broker, topics.REVIEWS, 1)
            await send(broker.bootstrap, sent(review_submitted(app)))
            await until(lambda: answered(community, 2), "the next request is answered")
    assert await services["community"].stored("held") == []
    assert len(await services["community"].stored("known_apps")) == 1


async def test_a_restart_of_a_service_publishes_nothing_again(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """On the same broker nothing is missing: a relay that starts again sends nothing, however events were batched."""
    settings = settings_for(broker.bootstrap, database_process.url)
    app = new_id()
    async with living(services["catalog"], settings) as catalog:
        for size in (1, 3, 5, 2):

            async def several(motion: Motion, size: int = size) -> None:
                for number in range(size):
                    await motion.record(app_published(app, f"Title {number}"))

            await catalog.performer.perform(several)
        await read(broker, topics.APPS, 11)
    async with living(services["catalog"], settings) as catalog:
        await publish(catalog, app)
        contexts = await read(broker, topics.APPS, 12)
    assert [context.number for context in contexts] == list(range(1, 13))


@pytest.mark.kills
async def test_whoever_dies_while_marking_loses_nothing(
    database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """A relay that published and died before it could note how far, with the broker gone too, publishes again."""
    with BrokerProcess() as broker:
        await provision(broker.bootstrap, topics.ALL)
        settings = settings_for(broker.bootstrap, database_process.url)
        dying = UnreachableDatabase(services["catalog"].database)
        async with living(Parts("catalog", CATALOG, dying, Published()), settings) as catalog:
            dying.lost = {RELAY}
            await catalog.performer.perform(lambda motion: motion.record(app_published(new_id())))
            await read(broker, topics.APPS, 1)
        broker.replace()
        await provision(broker.bootstrap, topics.ALL)
        async with living(services["catalog"], settings):
            assert len(await read(broker, topics.APPS, 1)) == 1


async def test_a_commit_whose_answer_was_lost_is_published(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """The relay finds in the ledger what it was never offered, and publishes it before anything later of its key."""
    app = new_id()
    async with living(services["catalog"], settings_for(broker.bootstrap, database_process.url)) as catalog:
        silent = Parts("catalog", CATALOG, catalog.database, Published())
        await silent.performer.perform(lambda motion: motion.record(app_published(app, "Unheard")))
        catalog.relay.rescan()
        await catalog.performer.perform(lambda motion: motion.record(app_published(app, "Heard")))
        contexts = await read(broker, topics.APPS, 2)
    assert [context.number for context in contexts] == [1, 2]


@pytest.mark.kills
async def test_the_database_dies_while_messages_flow(broker: BrokerProcess, tmp_path: Path) -> None:
    """Killed with -9 and started again, twice, while requests come in: nothing is held, lost or done twice."""
    with DatabaseProcess(tmp_path) as process:
        settings = settings_for(broker.bootstrap, process.url)
        community = service("community", READER, process.url, "mortal")
        app = new_id()
        async with living(community, settings) as alive:
            await send(broker.bootstrap, sent(app_published(app)))
            for times in range(2):
                async with asyncio.TaskGroup() as group:
                    group.create_task(send(broker.bootstrap, *(sent(review_submitted(app)) for _ in range(60))))
                    await until_more_are_answered(alive, times * 60 + 5)
                    await asyncio.to_thread(process.kill)
                    await asyncio.to_thread(process.start)
            await until(lambda: answered(alive, 120), "all are answered", within=40)
            contexts = await read(broker, topics.REVIEWS, 120)
        assert len({context.subject for context in contexts}) == 120
        assert await community.stored("held") == []
        community.database.close()
