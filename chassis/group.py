"""The consumer group of a service taken over for a moment: whether somebody consumes, and back to its topics' start.

Only a restore needs it: a restored database has handled less than the group's offsets say. Cursors drop what it has.
It joins as a member would, because only then does a broker give up members that died without leaving.
"""

import asyncio
import time
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from chassis.errors import ChassisError
from chassis.settings import ServiceSettings
from chassis.topic_reading import partitions_of
from contracts.topics import Topic

_SESSIONS = 3
_LOOK_SECONDS = 0.1


class ServiceRuns(ChassisError):  # noqa: N818 - reads as the answer it is
    """A process of the service consumes at this moment."""


async def begin_group_again(group: str, topics: Iterable[Topic], settings: ServiceSettings) -> None:
    """Set the group's offsets to the start of these topics.

    Raises ServiceRuns when another member keeps partitions for three sessions, KafkaError while the broker is away.
    """
    everything = {TopicPartition(*place) for place in partitions_of(topics)}
    consumer = AIOKafkaConsumer(
        *sorted({place.topic for place in everything}),
        bootstrap_servers=settings.kafka,
        group_id=group,
        enable_auto_commit=False,
        partition_assignment_strategy=(RangePartitionAssignor,),
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=settings.heartbeat_ms,
    )
    deadline = time.monotonic() + _SESSIONS * settings.session_timeout_ms / 1000
    await consumer.start()
    try:
        while consumer.assignment() != everything:
            if time.monotonic() > deadline:
                raise ServiceRuns
            await asyncio.sleep(_LOOK_SECONDS)
        await consumer.commit(dict.fromkeys(everything, 0))
    finally:
        await consumer.stop()
