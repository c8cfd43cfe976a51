"""The audit log on a real database: each event once, whatever is delivered again, by however many replicas."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import pytest

from chassis.digest import canonical
from chassis.errors import NotNow
from chassis.mongo import Database, Document
from chassis.motions import Table
from chassis.projection import Projector
from chassis.wire import RawMessage
from contracts.envelope import Event
from services.gateway.audit.chain import Walk
from services.gateway.audit.store import AUDIT, HEAD, HEADS
from services.gateway.handlers import MOTIONS
from services.gateway.readmodels.store import MODELS
from tests.fakes import gateway_events as told
from tests.fakes.chassis_database import ForgetfulDatabase
from tests.fakes.chassis_messages import Sent
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_read_models import ask_rebuild, reading
from tests.fakes.chassis_service import Parts, settings_for
from tests.fakes.gateway_events import Telling
from tests.fakes.published import Published

pytestmark = pytest.mark.integration


def story(deployments: int = 1) -> list[Event[Any]]:
    """An app and some deployments of it, from request to healthy."""
    tell = Telling()
    events = [tell(told.app()), tell(told.version())]
    for number in range(deployments):
        about = {"deployment": told.an_id(500 + number)}
        events.append(tell(told.requested().model_copy(update=about), team=told.TEAM, actor=told.PERSON))
        answers = (told.approved(), told.started(), told.progressed(), told.succeeded())
        events += [tell(answer.model_copy(update=about), generation=1) for answer in answers]
    return events


def arrivals(events: Sequence[Event[Any]], first: int = 0) -> list[RawMessage]:
    """As the log brings them."""
    return [Sent.of(event).arrived(number) for number, event in enumerate(events, first)]


def gateway(database: Database) -> Projector:
    """A replica of the gateway: what it does with a poll."""
    parts = Parts("gateway", MOTIONS, database, Published())
    return Projector(Table(MOTIONS), database, parts.handler)


async def chain_of(database: Database) -> list[Document]:
    """The chain, which holds."""
    links = [link async for link in database.collection(AUDIT).find({}).sort("_id", 1)]
    walk = Walk()
    assert [walk.step(link) for link in links] == [None] * len(links)
    assert walk.end(await database.collection(HEADS).find_one({"_id": HEAD})) is None
    return links


async def test_each_audited_event_is_one_link(database: Database) -> None:
    """A poll becomes links in its order; what is delivered again, also from a new log, adds nothing."""
    events = story()
    replica = gateway(database)
    await replica.apply(arrivals(events))
    links = await chain_of(database)
    assert [link["event"] for link in links] == [
        event.context.id for event in events if type(event.data).__name__ != "DeploymentProgressed"
    ]
    await replica.apply(arrivals(events))
    await gateway(database).apply(arrivals(events, first=900))
    assert await chain_of(database) == links


async def test_a_rebuild_audits_nothing_again(database: Database, broker: BrokerProcess, mongo: str) -> None:
    """Read models are made anew and the chain does not grow."""
    parts = Parts("gateway", MOTIONS, database, Published())
    async with reading(parts, settings_for(broker.bootstrap, mongo)) as reader:
        for model in MODELS:
            await reader.serves(model, model.collection)
        await reader.hear(*(Sent.of(event) for event in story()))
        before = await chain_of(database)
        await ask_rebuild(database, MODELS[0])
        await reader.serves(MODELS[0], f"{MODELS[0].collection}_r2")
        assert await chain_of(database) == before


async def test_replicas_that_contend_make_one_chain(database: Database) -> None:
    """Replicas that get the same messages at the same time, cut anyhow, write each of them once, in one chain."""
    events = story(deployments=6)
    raws = arrivals(events)

    async def consume(size: int) -> None:
        replica, start = gateway(database), 0
        while start < len(raws):
            with contextlib.suppress(NotNow):
                # After a gap the partition is read again from its start.
                start = 0 if await replica.apply(raws[start : start + size]) else start + size

    await asyncio.gather(*(consume(size) for size in (3, 5, 7)))
    links = await chain_of(database)
    assert sorted(link["event"] for link in links) == sorted(
        event.context.id for event in events if type(event.data).__name__ != "DeploymentProgressed"
    )


async def test_a_gap_is_not_crossed(database: Database) -> None:
    """What follows a missing message is not audited before it, and then it is."""
    events = story()
    replica = gateway(database)
    [first, *others] = arrivals(events)
    assert await replica.apply(others)
    assert not any(link["key"] == told.APP for link in await chain_of(database))
    await replica.apply([first, *others])
    assert [link["sequence"] for link in await chain_of(database) if link["key"] == told.APP] == [1, 2]


async def test_a_death_between_read_model_and_chain_loses_nothing(database_process: DatabaseProcess) -> None:
    """Whether the transaction's answer was lost or it never came, the next delivery makes the chain whole."""
    database = ForgetfulDatabase(database_process.url, f"appstore_test_{told.an_id(7).replace('-', '')}_audit")
    events = story()
    database.lose = [True]
    with pytest.raises(NotNow):
        await gateway(database).apply(arrivals(events))
    await gateway(database).apply(arrivals(events))
    assert len(await chain_of(database)) == len(events) - 1

    dying = gateway(database)
    more = arrivals([Telling()(told.review())])

    async def die(_heard: object) -> set[Any]:
        raise asyncio.CancelledError

    [reactor] = dying._reactors
    reactor.take = die  # type: ignore[assignment, method-assign]
    with pytest.raises(asyncio.CancelledError):
        await dying.apply(more)
    await gateway(database).apply(more)
    links = await chain_of(database)
    assert links[-1]["key"] == more[0].key_text
    assert canonical(links[-1])
    database.close()
