"""Publishes what stands in no ledger: what is secret or short-lived, told again and again for as long as it matters.

Same wire format as everything else, without numbering. Whoever calls this keeps what it says in the service's database
and sends again until it is acknowledged or answered. `Topic.ledger` says which topics these are.
"""

from datetime import datetime

from chassis.clock import stamp_after
from chassis.entry import ledger_entry
from chassis.ledger import Writer, new_id
from chassis.mongo import Document
from chassis.motions import Lineage
from chassis.publish import Publisher
from contracts.envelope import Context, Event, padded
from contracts.payload import Payload
from contracts.topics import Topic

ALWAYS_FIRST = padded(1)
"""The `sequence` of every message outside the ledgers: nothing is counted there."""


class OffLedger:
    """A service's voice on its topics outside the ledger."""

    def __init__(self, writer: Writer, publisher: Publisher) -> None:
        self._writer = writer
        self._publisher = publisher

    async def send(self, payload: Payload, lineage: Lineage | None = None, topic: Topic | None = None) -> None:
        """Publish once and wait for the acknowledgement; on `topic` what several services tell, each on its own.

        Raises KafkaError, OSError or TimeoutError, and TooLarge.
        """
        await self._publish(message_of(payload, self._writer, lineage, topic))

    async def forget(self, payload: Payload) -> None:
        """Publish a message without a value under this payload's key: what was told about the key is void."""
        await self._publish({**message_of(payload, self._writer, None), "value": None})

    async def close(self) -> None:
        """Let go of the connection."""
        await self._publisher.close()

    async def _publish(self, message: Document) -> None:
        await self._publisher.connect()
        await self._publisher.send((message["topic"], message["partition"]), [message])


def message_of(payload: Payload, writer: Writer, lineage: Lineage | None, topic: Topic | None = None) -> Document:
    """One message in the envelope, as the ledger would hold it."""
    now, came_from = writer.clock.now(), lineage or Lineage(new_id())
    return ledger_entry(Event(_context(payload, writer, came_from, now), payload), topic or payload.topic, now)


def _context(payload: Payload, writer: Writer, came_from: Lineage, now: datetime) -> Context:
    return Context(
        id=new_id(),
        source=writer.source,
        type=payload.type_name(),
        subject=payload.key,
        time=now,
        origin=writer.origin,
        team=came_from.team,
        actor=came_from.actor,
        actorroles=came_from.actor_roles,
        correlationid=came_from.correlation,
        causationid=came_from.causation,
        sequence=ALWAYS_FIRST,
        hlc=stamp_after(now),
        dataclass=payload.data_class,
        traceparent=came_from.traceparent,
    )
