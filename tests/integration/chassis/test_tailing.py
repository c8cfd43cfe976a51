"""The tail on a real broker: what was said lately, then everything as it is said, without a group (rule 10)."""

from typing import Any

import pytest

from chassis.health import Readiness
from chassis.kafka import Partition
from chassis.ledger import new_id
from chassis.tail import REMEMBERED_PER_PARTITION, Tail
from contracts import topics
from contracts.envelope import Event
from tests.fakes.chassis_messages import Sent, app_published, sent
from tests.fakes.chassis_on_the_wire import send
from tests.fakes.chassis_processes import BrokerProcess
from tests.fakes.chassis_service import settings_for, until

pytestmark = [pytest.mark.integration, pytest.mark.kafka]


class Listener:
    """Hears what a tail hears."""

    def __init__(self, broker: BrokerProcess) -> None:
        self.numbers: list[int] = []
        self.places: list[tuple[Partition, int]] = []
        self.fail_at = 0
        settings = settings_for(broker.bootstrap, "mongodb://127.0.0.1:1/")
        self.tail = Tail(settings, [topics.APPS], "an-epoch", self.hear, lambda _: None, Readiness("gateway"))

    def hear(self, event: Event[Any], partition: Partition, offset: int) -> None:
        """Note an event; fail at the one a test chose."""
        if event.context.number == self.fail_at:
            raise ValueError("can't listen")
        self.numbers.append(event.context.number)
        self.places.append((partition, offset))

    async def heard(self, count: int) -> bool:
        """Whether so many events were heard."""
        return len(self.numbers) >= count


async def test_what_was_said_lately_is_heard_before_the_start_returns(broker: BrokerProcess) -> None:
    """A stream that resumes finds the newest events at once, in their order, and then what is said from now on."""
    app = new_id()
    await send(broker.bootstrap, *(sent(app_published(app), number) for number in (1, 2, 3)))
    listener = Listener(broker)
    await listener.tail.start()
    assert listener.numbers == [1, 2, 3]
    await send(broker.bootstrap, *(sent(app_published(app), number) for number in (4, 5)))
    await until(lambda: listener.heard(5), "live events are heard")
    await listener.tail.stop()
    assert listener.numbers == [1, 2, 3, 4, 5]
    assert [offset for _, offset in listener.places] == [0, 1, 2, 3, 4]


async def test_a_long_past_is_not_heard_again(broker: BrokerProcess) -> None:
    """Only the newest events of each partition are heard at a start; the read models have the rest."""
    app = new_id()
    count = REMEMBERED_PER_PARTITION + 50
    await send(broker.bootstrap, *(sent(app_published(app), number) for number in range(1, count + 1)))
    listener = Listener(broker)
    await listener.tail.start()
    await listener.tail.stop()
    assert listener.numbers[-1] == count
    assert len(listener.numbers) <= REMEMBERED_PER_PARTITION + 50
    assert listener.numbers == sorted(listener.numbers)


async def test_nothing_stops_the_tail(broker: BrokerProcess) -> None:
    """A message that can't be read, or a listener that fails, costs that one event and no other."""
    app = new_id()
    broken = Sent("catalog.apps", topics.APPS.partition_of(app), b"k", b'{"broken', ())
    listener = Listener(broker)
    listener.fail_at = 2
    await listener.tail.start()
    await send(broker.bootstrap, sent(app_published(app), 1), broken, *(sent(app_published(app), n) for n in (2, 3)))
    await until(lambda: listener.heard(2), "the others are heard")
    await listener.tail.stop()
    assert listener.numbers == [1, 3]
    assert max(listener.tail.positions.values()) == 4
