"""What the broker is told about a topic."""

import pytest

from contracts.topics import Topic
from infra.kafka.provision import configuration, refuse_other_partitions


def a_topic(*, retention_ms: int | None = None, compacted: bool = False, partitions: int = 4) -> Topic:
    """A topic like those of the contracts."""
    return Topic(
        "things", "catalog", "thing", "thing", (), partitions=partitions, retention_ms=retention_ms, compacted=compacted
    )


def test_a_topic_is_kept_for_ever_by_default() -> None:
    """Apache Kafka would forget after a week; the log of this platform does not."""
    assert configuration(a_topic(), 1) == {"cleanup.policy": "delete", "retention.ms": "-1"}


def test_a_short_topic_starts_new_segments_too() -> None:
    """Without that, a message outlives its time for as long as its segment is not full."""
    settings = configuration(a_topic(retention_ms=60_000), 1)
    assert settings["retention.ms"] == "60000"
    assert settings["segment.ms"] == "15000"


def test_a_compacted_topic_keeps_the_last_of_each_key() -> None:
    """Keys and tombstones live on a compacted topic."""
    settings = configuration(a_topic(compacted=True), 1)
    assert settings["cleanup.policy"] == "compact"
    assert settings["max.compaction.lag.ms"] == settings["segment.ms"] == "86400000", "a voided key is gone in a day"


def test_a_replicated_topic_needs_two_in_sync() -> None:
    """With three copies, what is acknowledged is on two machines."""
    assert configuration(a_topic(), 3)["min.insync.replicas"] == "2"


def test_another_partition_count_is_refused() -> None:
    """A count that changed in place would send a key's next event to another partition."""
    with pytest.raises(ValueError, match="never changes in place"):
        refuse_other_partitions([a_topic(partitions=4)], {"catalog.things": 3})
