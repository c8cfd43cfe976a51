"""The consumer group of a service, seen from outside: whether somebody consumes, and back to the start of its topics.

Only a restore needs it: a restored database has handled less than the group's offsets say. Cursors drop what it has.
"""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from chassis.errors import ChassisError
from chassis.topic_reading import partitions_of
from contracts.topics import Topic

_SECONDS = 10


class ServiceRuns(ChassisError):  # noqa: N818 - reads as the answer it is
    """A process of the service consumes at this moment."""


async def begin_group_again(group: str, topics: Iterable[Topic], bootstrap: str) -> None:
    """Set the group's offsets to the start of these topics. Raises ServiceRuns while it has a member, KafkaError."""
    async with asyncio.timeout(_SECONDS):
        await _refuse_members(group, bootstrap)
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
        await consumer.start()
        try:
            places = [TopicPartition(*place) for place in partitions_of(topics)]
            consumer.assign(places)
            await consumer.commit(dict.fromkeys(places, 0))
        finally:
            await consumer.stop()


async def _refuse_members(group: str, bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=4000)
    await admin.start()
    try:
        answers = await admin.describe_consumer_groups([group])
        members = [member for answer in answers for *_, found in answer.groups for member in found if found]
    finally:
        await admin.close()
    if members:
        raise ServiceRuns
