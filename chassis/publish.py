"""Publishes ledger entries in order: one batch at a time per partition, each event with its own headers.

aiokafka's own producer, because FastStream's batch has one set of headers for all. `relay` decides what is sent when.
"""

import asyncio
import contextlib
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis.kafka import Partition
from chassis.mongo import Document

_BATCH_BYTES = 262_144
_REQUEST_MS = 5000
_CLOSE_SECONDS = 2


class Publisher:
    """A producer that waits for every acknowledgement."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer: AIOKafkaProducer | None = None

    async def connect(self) -> None:
        """Connect once. Raises KafkaError while the broker is away; may be called again."""
        if self._producer is not None:
            return
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            acks="all",
            linger_ms=0,
            max_batch_size=_BATCH_BYTES,
            request_timeout_ms=_REQUEST_MS,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        self._producer = producer

    async def send(self, place: Partition, entries: Sequence[Document]) -> tuple[int, int]:
        """Send as many entries as fit in one batch; how many, and the offset of the first.

        A batch is stored whole or not at all, and the embedded broker names its end one too low when it has several
        records: so the first one's offset is what the end of the partition is held against.
        """
        if self._producer is None:
            message = "not connected to the broker"
            raise OSError(message)
        batch = self._producer.create_batch()
        count = 0
        for entry in entries:
            headers = [(name, value.encode()) for name, value in entry["headers"]]
            value = bytes(entry["value"]) if entry["value"] is not None else None
            fits = batch.append(key=entry["key"].encode(), value=value, timestamp=None, headers=headers)
            if fits is None:
                break
            count += 1
        batch.close()
        topic, partition = place
        metadata = await (await self._producer.send_batch(batch, topic, partition=partition))
        return count, int(metadata.offset)

    async def close(self) -> None:
        """Let go of the connection."""
        if self._producer is not None:
            with contextlib.suppress(TimeoutError, KafkaError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self._producer.stop()
