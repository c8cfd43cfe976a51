"""Partitions move between replicas: memory follows the database, and a message that is no longer one's own is left."""

import pytest

from chassis.handle import Outcome
from chassis.kafka import Partition
from chassis.ledger import new_id
from contracts import topics
from tests.fakes.chassis_messages import app_published, review_submitted, sent
from tests.fakes.chassis_service import Parts

pytestmark = pytest.mark.integration

ALL = frozenset((topic.name, number) for topic in (topics.APPS, topics.REVIEW_REQUESTS) for number in range(4))
NONE: frozenset[Partition] = frozenset()


def replica_of(parts: Parts) -> Parts:
    """Another replica of the same service."""
    return Parts(parts.service, parts.rows, parts.database, parts.relay)


async def test_what_others_handled_meanwhile_is_known_when_a_partition_comes_back(services: dict[str, Parts]) -> None:
    """The next message of a key is neither a gap nor handled twice, whoever handled those before it."""
    one, two = replica_of(services["community"]), replica_of(services["community"])
    app = new_id()
    one.redelivery.ownership.assigned(ALL)
    assert await one.handle(sent(app_published(app), 1).arrived()) is Outcome.HANDLED
    two.redelivery.ownership.assigned(ALL)
    assert await two.handle(sent(app_published(app), 2).arrived()) is Outcome.HANDLED
    one.redelivery.ownership.assigned(ALL)
    assert await one.handle(sent(app_published(app), 2).arrived()) is Outcome.REPEAT
    assert await one.handle(sent(app_published(app), 3).arrived()) is Outcome.HANDLED


async def test_a_message_of_a_partition_that_was_given_away_is_left_to_its_owner(services: dict[str, Parts]) -> None:
    """What was in hand when the partitions were shared out anew has no effect here."""
    one = replica_of(services["community"])
    one.redelivery.ownership.assigned(NONE)
    await one.handle(sent(app_published(new_id())).arrived())
    assert await one.stored("known_apps") == []
    assert await one.stored("cursors") == []


async def test_a_replica_that_does_not_know_yet_that_it_lost_a_partition_changes_nothing(
    services: dict[str, Parts],
) -> None:
    """Both handle one message; the second finds the stored cursor there, and its transaction has no effect."""
    slow, fast = replica_of(services["community"]), replica_of(services["community"])
    app, asked = new_id(), review_submitted(new_id())
    asked = asked.model_copy(update={"app": app})
    for each in (slow, fast):
        each.redelivery.ownership.assigned(ALL)
        await each.sweep(each.clock.now())
    await fast.handle(sent(app_published(app)).arrived())
    message = sent(asked).arrived()
    assert await fast.handle(message) is Outcome.HANDLED
    assert await slow.handle(message) is Outcome.REPEAT
    assert len(await services["community"].ledger(topics.REVIEWS)) == 1


async def test_what_waits_belongs_to_whoever_has_its_partition(services: dict[str, Parts]) -> None:
    """A message that began to wait at one replica is taken up by the next owner of its partition alone."""
    one, two = replica_of(services["community"]), replica_of(services["community"])
    app = new_id()
    one.redelivery.ownership.assigned(ALL)
    assert await one.handle(sent(review_submitted(app)).arrived()) is Outcome.WAITING
    one.redelivery.ownership.assigned(NONE)
    await one.sweep(one.clock.now())
    assert one.handler.waiting.places() == []
    two.redelivery.ownership.assigned(ALL)
    await two.handle(sent(app_published(app)).arrived())
    assert len(await services["community"].ledger(topics.REVIEWS)) == 1
