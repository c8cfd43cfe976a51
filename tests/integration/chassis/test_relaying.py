"""The relay on a broker that goes away and comes back."""

import pytest

from chassis.ledger import new_id
from contracts import topics
from infra.kafka.provision import provision
from tests.fakes.chassis_on_the_wire import publish, read
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
            assert [context.number for context in await read(broker, topics.APPS, 3)] == [2, 3, 4]
