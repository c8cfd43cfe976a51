"""Create the topics of `contracts.topics` on a broker, before any service speaks.

Topics must exist beforehand: a broker that creates missing ones by itself chooses their partitions. Safe to run
again: what exists is left as it is, and a partition count that differs is an error, because it never changes in place.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterable
from typing import Protocol

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import InvalidReplicationFactorError, TopicAlreadyExistsError, for_code

FOR_EVER = "-1"
# A short topic must also start a new segment that often, or what is past its time stays until the segment is full.
SEGMENTS_PER_RETENTION = 4
DAY_MS = 24 * 3600 * 1000
BROKERS_COME_WITHIN = 30.0


class Topic(Protocol):
    """What a topic of the contracts says about itself."""

    @property
    def name(self) -> str:
        """Name on the broker."""

    @property
    def partitions(self) -> int:
        """How many partitions it has, for ever."""

    @property
    def retention_ms(self) -> int | None:
        """How long a message is kept, in milliseconds; None keeps it for ever."""

    @property
    def compacted(self) -> bool:
        """Whether only the last message of a key is kept."""


def configuration(topic: Topic, replication: int) -> dict[str, str]:
    """The broker's own settings for a topic, as Apache Kafka names them."""
    settings = {
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "retention.ms": FOR_EVER if topic.retention_ms is None else str(topic.retention_ms),
    }
    if topic.retention_ms is not None:
        settings["segment.ms"] = str(max(topic.retention_ms // SEGMENTS_PER_RETENTION, 1))
    if topic.compacted:
        # What was voided must be gone from the disk soon; the newest segment is never compacted.
        settings["segment.ms"] = settings["max.compaction.lag.ms"] = str(DAY_MS)
    if replication > 1:
        settings["min.insync.replicas"] = "2"
    return settings


async def provision(bootstrap: str, topics: Iterable[Topic], replication: int = 1) -> list[str]:
    """Create what is missing and return the names created.

    A cluster whose brokers have not all come yet is waited for.

    Raises:
        ValueError: a topic exists with another number of partitions.
        TimeoutError: there are too few brokers for so many copies, for half a minute.
        aiokafka.errors.KafkaError: the broker cannot be reached or refuses.
    """
    wanted = {topic.name: topic for topic in topics}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=10_000)
    await admin.start()
    try:
        # Asking for topics by name would create those that are missing; asking for all of them does not.
        existing = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}
        refuse_other_partitions(wanted.values(), existing)
        missing = [topic for name, topic in wanted.items() if name not in existing]
        async with asyncio.timeout(BROKERS_COME_WITHIN):
            while not await _create(admin, missing, replication):  # noqa: ASYNC110 - brokers tell nobody that they came
                await asyncio.sleep(0.2)
    finally:
        await admin.close()
    return [topic.name for topic in missing]


def refuse_other_partitions(wanted: Iterable[Topic], existing: dict[str, int]) -> None:
    """Stop when a topic's partition count on the broker is not the one asked for.

    Raises:
        ValueError: naming the first such topic.
    """
    for topic in wanted:
        found = existing.get(topic.name, topic.partitions)
        if found != topic.partitions:
            message = (
                f"topic {topic.name} has {found} partitions and should have {topic.partitions}: "
                "a partition count never changes in place, give the topic a new version"
            )
            raise ValueError(message)


async def _create(admin: AIOKafkaAdminClient, topics: list[Topic], replication: int) -> bool:
    """Create them; False when there are too few brokers for so many copies."""
    if not topics:
        return True
    answer = await admin.create_topics(
        [
            NewTopic(topic.name, topic.partitions, replication, topic_configs=configuration(topic, replication))
            for topic in topics
        ],
    )
    outcomes = {code: name for name, code, *_ in answer.topic_errors}
    # Somebody else creating it at the same moment is as good.
    for code in outcomes.keys() - {0, TopicAlreadyExistsError.errno, InvalidReplicationFactorError.errno}:
        raise for_code(code)(outcomes[code])
    return InvalidReplicationFactorError.errno not in outcomes


def main() -> None:
    """Provision the contracts' topics on the broker that the command line or the environment names."""
    from contracts import topics  # noqa: PLC0415 - the functions above serve other lists of topics without it

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--bootstrap", default=os.environ.get("APPSTORE_KAFKA"), help="host:port of the broker")
    arguments.add_argument("--replication", type=int, default=int(os.environ.get("APPSTORE_REPLICATION", "1")))
    given = arguments.parse_args()
    if not given.bootstrap:
        arguments.error("name the broker with --bootstrap or APPSTORE_KAFKA")
    created = asyncio.run(provision(given.bootstrap, topics.ALL, given.replication))
    sys.stdout.write(f"{len(created)} of {len(topics.ALL)} topics created\n")


if __name__ == "__main__":
    main()
