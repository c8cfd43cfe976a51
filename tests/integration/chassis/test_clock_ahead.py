"""One service's clock an hour ahead, and set back again: on the real wire nothing depends on it but stamps."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from chassis.clock import MAX_AHEAD_MS
from chassis.compare import compare
from chassis.ledger import new_id
from contracts import topics
from tests.fakes.chassis_messages import app_published, review_submitted, sent
from tests.fakes.chassis_on_the_wire import answered, make_anew, read, send
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import Parts, living, settings_for, until

pytestmark = pytest.mark.integration


@dataclass
class WrongClock:
    """A machine's clock that somebody set."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """The time it shows."""
        return datetime.now(UTC) + self.ahead


def minutes_ahead(hlc: str) -> float:
    """How far a stamp is ahead of the real time."""
    return (int(hlc.split(".", maxsplit=1)[0]) / 1000 - datetime.now(UTC).timestamp()) / 60


async def test_a_clock_an_hour_ahead_disorders_nothing(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """Sequences, cursors and folds go on; nobody follows the stamp; set back, the key goes on and can be refilled."""
    settings, app, review = settings_for(broker.bootstrap, database_process.url), new_id(), new_id()
    clock = WrongClock(timedelta(hours=1))
    services["gateway"].clock = clock
    await send(broker.bootstrap, sent(app_published(app)))
    async with living(services["community"], settings) as community:
        async with living(services["gateway"], settings) as gateway:
            for _ in range(2):
                await gateway.performer.perform(lambda motion: motion.record(review_submitted(app, review=review)))
            await until(lambda: answered(community, 2), "both are answered")
            clock.ahead = timedelta(0)
            await gateway.performer.perform(lambda motion: motion.record(review_submitted(app, review=review)))
            await until(lambda: answered(community, 3), "the next is answered")
        asked = await read(broker, topics.REVIEW_REQUESTS, 3)
        told = await read(broker, topics.REVIEWS, 3)
    assert [context.number for context in asked] == [context.number for context in told] == [1, 2, 3]
    assert [minutes_ahead(context.hlc) > 59 for context in asked] == [True, True, False]
    assert all(minutes_ahead(context.hlc) * 60_000 <= MAX_AHEAD_MS for context in told)
    [state] = await community.stored("state_reviews")
    assert state["state"]["answers"] == 3

    await make_anew(broker, topics.REVIEW_REQUESTS)
    async with living(services["gateway"], settings) as gateway:
        assert [context.number for context in await read(broker, topics.REVIEW_REQUESTS, 3)] == [1, 2, 3]
        assert (await compare(gateway.database, topics.written_by("gateway"), broker.bootstrap)).equal
