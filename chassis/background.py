"""What runs beside a service's consumer: timers, watches, the sweep of what waits, and patience at the start.

`run` starts these and stops with the first that fails. Timers and watches run on the replica that leads (`lease`).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, NoReturn, TypeVar

import structlog
from aiokafka.errors import KafkaError

from chassis.clock import Clock
from chassis.errors import NotNow
from chassis.health import Readiness
from chassis.ledger import Motion
from chassis.mongo import DatabaseError
from chassis.motions import Every, UseCase, Watch
from chassis.perform import Performer
from chassis.redeliver import Redelivery

log = structlog.get_logger(__name__)

T = TypeVar("T")
_SWEEP_SECONDS = 1
_AGAIN_SECONDS = 1
_PATIENCE_SECONDS = 0.3

WorldOf = Callable[[Motion], Any]


async def patiently(work: Callable[[], Awaitable[T]], readiness: Readiness) -> T:
    """Do this part of a start again for as long as the database or the broker is away."""
    while True:
        try:
            result = await work()
        except (DatabaseError, KafkaError, OSError, TimeoutError, NotNow) as error:
            readiness.set("start", f"starting: a part does not answer ({type(error).__name__})")
            await asyncio.sleep(_PATIENCE_SECONDS)
        else:
            return result


async def on_time(row: Every, performer: Performer, world_of: WorldOf) -> NoReturn:
    """Run a timer's use case, again and again."""
    while True:
        await _set_in_motion(row.do, None, performer, world_of)
        await asyncio.sleep(row.seconds)


async def on_sight(
    row: Watch, source: Callable[[], AsyncIterator[Any]], performer: Performer, world_of: WorldOf
) -> None:
    """Hand what a source sees to the use case, each until it was taken."""
    async for seen in source():
        while not await _set_in_motion(row.do, seen, performer, world_of):  # noqa: ASYNC110 - tried again, not awaited
            await asyncio.sleep(_AGAIN_SECONDS)


async def sweep_forever(redelivery: Redelivery, clock: Clock) -> NoReturn:
    """Look every second for waiting messages past their deadline."""
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        with contextlib.suppress(NotNow, DatabaseError):
            await redelivery.sweep(clock.now())


async def until_stopped(work: Sequence[Awaitable[Any]], stop: asyncio.Event) -> None:
    """Run all of it until the service is told to stop. Raises what the first that fails raises."""
    tasks = [asyncio.ensure_future(one) for one in work]
    stopping = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopping}:
            task.result()
    finally:
        for task in [*tasks, stopping]:
            task.cancel()
        await asyncio.gather(*tasks, stopping, return_exceptions=True)


async def _set_in_motion(do: UseCase, seen: Any, performer: Performer, world_of: WorldOf) -> bool:
    try:
        await performer.perform(lambda motion: do(seen, world_of(motion)))
    except NotNow as reason:
        log.info("not now", use_case=do.__name__, reason=str(reason))
        return False
    except Exception:
        log.exception("a motion failed and will be tried again", use_case=do.__name__)
        return False
    return True
