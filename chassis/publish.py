"""Publishes ledger entries in order: one batch at a time per partition, each event with its own headers.

aiokafka's own producer, because FastStream's batch has one set of headers for all. `relay` decides what is sent when.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis.kafka import Partition
from chassis.mongo import Document

_BATCH_BYTES = 262_144
_REQUEST_MS = 5000
_START_SECONDS = 10
_SEND_SECONDS = 10
_CLOSE_SECONDS = 2


class Publisher:
    """A producer that waits for every acknowledgement. Idempotent, it also leaves no repeat when one was lost."""

    def __init__(self, bootstrap: str, *, idempotent: bool = False) -> None:
        self._bootstrap = bootstrap
        self._idempotent = idempotent
        self._producer: AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()
        # An idempotent producer never gives a batch up: what was not acknowledged in time is still on its way.
        self._on_their_way: dict[Partition, tuple[list[str], asyncio.Future[Any]]] = {}

    async def connect(self) -> None:
        """Connect once. Raises KafkaError or TimeoutError while the broker is away; may be called again."""
        async with self._connecting:
            if self._producer is None:
                self._producer = await self._connected()

    async def _connected(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            acks="all",
            linger_ms=0,
            max_batch_size=_BATCH_BYTES,
            request_timeout_ms=_REQUEST_MS,
            enable_idempotence=self._idempotent,
        )
        try:
            # An idempotent one asks the broker for its id first, and would ask for ever.
            async with asyncio.timeout(_START_SECONDS):
                await producer.start()
        except BaseException:
            await _stop(producer)
            raise
        return producer

    async def send(self, place: Partition, entries: Sequence[Document]) -> tuple[int, int]:
        """Send as many entries as fit in one batch; how many, and the offset of the first.

        A batch is stored whole or not at all, and the embedded broker names its end one too low when it has several
        records: so the first one's offset is what the end of the partition is held against. Raises TimeoutError or
        KafkaError; the same entries may be sent again.
        """
        async with asyncio.timeout(_SEND_SECONDS):
            await self.connect()
            sent, delivery = await self._hand_over(place, entries)
            try:
                offset = _where((await asyncio.shield(delivery)).offset)
            except KafkaError:
                await self._begin_anew()
                raise
        self._on_their_way.pop(place, None)
        return sent, offset

    async def _hand_over(self, place: Partition, entries: Sequence[Document]) -> tuple[int, asyncio.Future[Any]]:
        """Give the producer a batch, unless it has this very one. How many entries, and what tells of its end."""
        under_way = self._on_their_way.get(place)
        if under_way is not None and under_way[0] == [entry["_id"] for entry in entries[: len(under_way[0])]]:
            return len(under_way[0]), under_way[1]
        if self._producer is None:
            raise KafkaError("not connected to the broker")
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
        delivery = await self._producer.send_batch(batch, place[0], partition=place[1])
        if self._idempotent:
            self._on_their_way[place] = ([entry["_id"] for entry in entries[:count]], delivery)
        return count, delivery

    async def _begin_anew(self) -> None:
        """After an idempotent producer's batch failed, the broker expects a sequence that it will not see again."""
        if self._idempotent:
            await self.close()

    async def close(self) -> None:
        """Let go of the connection."""
        producer, self._producer = self._producer, None
        self._on_their_way.clear()
        if producer is not None:
            await _stop(producer)


def _where(offset: int) -> int:
    """The offset of a batch. A broker that knows it to be a repeat, but no longer where the first one lies, names none.

    Raises:
        KafkaError: it was not named; sent again by a new producer, it will be.
    """
    if offset < 0:
        raise KafkaError("the broker has the batch and can't say where")
    return offset


async def _stop(producer: AIOKafkaProducer) -> None:
    # It waits for what can't be delivered, for ever when it is idempotent.
    with contextlib.suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await producer.stop()
