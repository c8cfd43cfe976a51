"""The log as the deployer's neighbours write and read it, for tests that run the deployer as a process of its own."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts import topics
from contracts.envelope import Context, Event, padded

FINAL = ("succeeded", "failed", "rolled-back", "cancelled", "removed", "closed")
ENOUGH = 40.0
"""Seconds for a takeover after a kill and a rollout of a few seconds."""


@dataclass
class Log:
    """What the others write on the log, and what the deployer tells."""

    producer: AIOKafkaProducer
    sequences: Counter[tuple[str, str]] = field(default_factory=Counter)
    told: dict[tuple[str, str], tuple[Context, dict[str, Any]]] = field(default_factory=dict)

    async def write(self, event: Event[Any]) -> None:
        """As the owner of the topic would: numbered, on the partition of its key."""
        topic, key = event.data.topic, event.data.key
        self.sequences[topic.name, key] += 1
        context = event.context.model_copy(
            update={
                "source": f"urn:nld:oin:00000000000000000000:systeem:appstore-{topic.writer}",
                "sequence": padded(self.sequences[topic.name, key]),
                "time": datetime.now(UTC),
            },
        )
        await self.producer.send_and_wait(
            topic.name,
            event.data.model_dump_json(exclude_none=True).encode(),
            key=key.encode(),
            partition=topic.partition_of(key),
            headers=context.to_headers(),
        )

    async def read(self, consumer: AIOKafkaConsumer) -> None:
        """Keep each event once: delivery is at least once."""
        async for message in consumer:
            context = Context.from_headers(message.headers)
            self.told[context.subject, context.sequence] = (context, json.loads(message.value))

    def finals(self, generation: int) -> dict[str, list[str]]:
        """How a generation of each deployment ended: one word each, if all is well."""
        found: dict[str, list[str]] = {}
        for context, _ in self.told.values():
            word = context.type.split(".")[-2]
            if word in FINAL and context.generation_number == generation:
                found.setdefault(context.subject, []).append(word)
        return found

    async def until_ended(self, generation: int, deployments: Iterable[str], within: float = ENOUGH) -> None:
        """Wait until that generation of each has its final event."""
        async with asyncio.timeout(within):
            while set(self.finals(generation)) != set(deployments):  # noqa: ASYNC110 - the log is polled
                await asyncio.sleep(0.05)


@asynccontextmanager
async def listening(kafka: str) -> AsyncIterator[Log]:
    """The log of this broker."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    consumer = AIOKafkaConsumer(
        topics.DEPLOYMENTS.name, bootstrap_servers=kafka, auto_offset_reset="earliest", fetch_max_wait_ms=100,
    )  # fmt: skip
    await producer.start()
    await consumer.start()
    log = Log(producer)
    reading = asyncio.create_task(log.read(consumer))
    try:
        yield log
    finally:
        reading.cancel()
        await consumer.stop()
        await producer.stop()
