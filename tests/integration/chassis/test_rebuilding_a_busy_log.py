"""A read model built anew from a log that is written to all the time, on the real broker and database (rule 9)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chassis.ledger import new_id
from chassis.mongo import Database, Document
from chassis.motions import Project
from contracts import topics
from contracts.envelope import Event
from tests.fakes.chassis_messages import app_published, sent
from tests.fakes.chassis_on_the_wire import send
from tests.fakes.chassis_processes import BrokerProcess
from tests.fakes.chassis_read_models import ask_rebuild, reading
from tests.fakes.chassis_service import Parts, settings_for, until
from tests.fakes.published import Published

pytestmark = pytest.mark.integration


def fold_title(_page: Document | None, event: Event[Any]) -> Document:
    """The newest title."""
    return {"title": event.data.title}


PAGES = Project("pages", 1, (topics.APPS,), lambda event: str(event.data.app), fold_title)


async def test_a_rebuild_ends_while_events_keep_coming(database: Database, broker: BrokerProcess, mongo: str) -> None:
    """A log that is never quiet is caught up with all the same."""
    settings, parts = settings_for(broker.bootstrap, mongo), Parts("gateway", (PAGES,), database, Published())
    written, enough = 0, asyncio.Event()

    async def write_on() -> None:
        nonlocal written
        while not enough.is_set():
            await send(broker.bootstrap, sent(app_published(new_id(), "Never quiet")))
            written += 1

    def more_than(number: int) -> Callable[[], Awaitable[bool]]:
        async def seen() -> bool:
            return written > number

        return seen

    async with reading(parts, settings, polls=True) as reader:
        await reader.serves(PAGES, "pages_v1")
        writing = asyncio.create_task(write_on())
        try:
            await until(more_than(0), "the log is written to")
            await ask_rebuild(parts.database, PAGES)
            await reader.serves(PAGES, "pages_v1_r2")
            await until(more_than(written), "the log is still written to")
        finally:
            enough.set()
            await writing
        await reader.count("pages_v1_r2", written)
