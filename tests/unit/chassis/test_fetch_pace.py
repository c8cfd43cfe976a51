"""How long the broker may hold a fetch: shortly while messages come, longer when the log is quiet."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.subscription_state import SubscriptionState

from chassis import fetch_pace
from chassis.fetch_pace import FetchPace


def fetching() -> tuple[AIOKafkaConsumer, Fetcher]:
    """A consumer of the driver's, with the fetcher it makes at its start."""
    consumer = AIOKafkaConsumer()
    fetcher = Fetcher(AIOKafkaClient(), SubscriptionState(), fetch_max_wait_ms=200)
    consumer._fetcher = fetcher
    return consumer, fetcher


async def test_a_consumer_is_quick_while_messages_come_and_slow_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first message shortens the wait of the driver's own fetcher; a silence brings it back."""
    monkeypatch.setattr(fetch_pace, "BUSY_SECONDS", 0.1)
    consumer, fetcher = fetching()
    pace = FetchPace(200, 50)
    pace.heard(consumer)
    assert fetcher._fetch_max_wait_ms == 50
    async with asyncio.timeout(5):
        while fetcher._fetch_max_wait_ms != 200:  # noqa: ASYNC110 - a timer of the loop, without an event
            await asyncio.sleep(0.01)
    await fetcher.close()


async def test_a_wait_that_is_shorter_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator who asks for less than the busy wait gets it always."""
    monkeypatch.setattr(fetch_pace, "BUSY_SECONDS", 0.0)
    consumer, fetcher = fetching()
    FetchPace(200, 300).heard(consumer)
    assert fetcher._fetch_max_wait_ms == 200
    await fetcher.close()
