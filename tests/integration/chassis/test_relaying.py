"""The relay on a broker that goes away and comes back.

The embedded broker takes events for a topic that it does not have, and forgets them when the topic is made: then the
relay finds the topic short and fills it again.
"""

import pytest

from chassis.ledger import new_id
from contracts import topics
from infra.kafka.provision import provision
from tests.fakes.chassis_on_the_wire import publish, read, read_distinct, until_marked, until_whole
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import Parts, living, settings_for

pytestmark = [pytest.mark.integration, pytest.mark.kills]


async def test_an_event_is_sent_after_the_one_before_it_was_acknowledged(
    database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """What is recorded while nobody takes it is on the log once somebody does: all of it, each key in its order."""
    app = new_id()
    with BrokerProcess() as broker:
        await provision(broker.bootstrap, topics.ALL)
        async with living(services["catalog"], settings_for(broker.bootstrap, database_process.url)) as catalog:
            await publish(catalog, app, "One")
            await read(broker, topics.APPS, 1)
            broker.kill()
            for title in ("Two", "Three", "Four"):
                await publish(catalog, app, title)
            broker.start()
            await provision(broker.bootstrap, topics.ALL)
            await until_whole(catalog, broker)
            numbers = [context.number for context in await read_distinct(broker, topics.APPS, 4)]
            assert [number for number in dict.fromkeys(numbers) if number > 1] == [2, 3, 4]


async def test_what_a_broker_took_before_it_had_its_topics_is_on_the_log_once_it_has(
    database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """Events that were acknowledged and are gone with the topic's making are found missing and sent again."""
    app = new_id()
    with BrokerProcess() as broker:
        await provision(broker.bootstrap, topics.ALL)
        async with living(services["catalog"], settings_for(broker.bootstrap, database_process.url)) as catalog:
            await publish(catalog, app, "One")
            await until_marked(catalog)
            broker.kill()
            await publish(catalog, app, "Two")
            broker.start()
            await until_marked(catalog)
            await provision(broker.bootstrap, topics.ALL)
            await until_whole(catalog, broker)
