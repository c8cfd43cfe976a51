"""Replicas of one small service in this process: each with a lease, a relay and a place in the group of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from chassis.background import sweep_forever
from chassis.epoch import EpochReader
from chassis.health import Readiness
from chassis.kafka import Partition, Subscriber
from chassis.lease import Lease
from chassis.motions import Table
from chassis.relay import Relay
from chassis.settings import ServiceSettings
from chassis.wire import RawMessage
from contracts import topics
from tests.fakes.chassis_service import Parts, delivery, until

TTL = 1.5
"""Seconds a lease lasts here: shorter than in a service, so that tests are."""


@dataclass
class Replica:
    """One process of the service, as far as the others can tell."""

    parts: Parts
    lease: Lease
    relay: Relay
    keeping: "asyncio.Task[None]"
    took: int = 0
    """How many messages it was handed."""

    @property
    def partitions(self) -> frozenset[Partition]:
        """What the group gave it."""
        return self.parts.redelivery.ownership.partitions

    async def freeze(self) -> None:
        """Renew the lease no more, without giving it up: to the others it is dead."""
        self.keeping.cancel()
        await asyncio.gather(self.keeping, return_exceptions=True)

    async def leads(self) -> bool:
        """Whether it leads and publishes."""
        return self.lease.held and self.relay.publishing

    async def consumes(self) -> bool:
        """Whether the group gave it something."""
        return bool(self.partitions)


@asynccontextmanager
async def replica(parts: Parts, settings: ServiceSettings) -> AsyncIterator[Replica]:
    """One more replica of the service that `parts` are of."""
    readiness = Readiness(parts.service)
    epochs = EpochReader(settings.kafka)
    epoch = await epochs.wait(readiness)
    await epochs.close()
    lease = Lease(parts.database, ttl=TTL)
    own = list(topics.written_by(parts.service))
    relay = Relay(parts.database, own, settings, epoch, readiness, holder=lease.holder, leads=lambda: lease.held)
    mine = Parts(parts.service, parts.rows, parts.database, relay, parts.clock, lease.holder)
    keeping = asyncio.ensure_future(lease.keep())
    one = Replica(mine, lease, relay, keeping)
    work = [asyncio.ensure_future(lease.while_held(relay.lead))]
    async with AsyncExitStack() as stack:
        stack.push_async_callback(lease.release)
        stack.push_async_callback(_ended, keeping, *work)
        stack.push_async_callback(relay.stop, grace=1)
        if read := Table(parts.rows).topics_read:
            handle = await delivery(mine)

            async def counted(batch: Sequence[RawMessage]) -> set[Partition]:
                one.took += len(batch)
                return await handle(batch)

            subscriber = Subscriber(parts.service, read, settings, epoch, counted, readiness, mine.redelivery)
            sweeping = asyncio.ensure_future(sweep_forever(mine.redelivery, parts.clock))
            stack.push_async_callback(_ended, sweeping)
            stack.push_async_callback(subscriber.stop)
            await subscriber.start()
        yield one


async def until_shared(*replicas: Replica) -> None:
    """Wait until each of the replicas has partitions, and no two have the same."""

    async def shared() -> bool:
        sets = [one.partitions for one in replicas]
        return all(sets) and sum(map(len, sets)) == len(frozenset[Partition]().union(*sets))

    await until(shared, "the partitions are shared out")


async def _ended(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def who_leads(one: Replica, two: Replica) -> tuple[Replica, Replica]:
    """The replica that leads and publishes, as soon as one does, and the other."""

    async def either() -> bool:
        return await one.leads() or await two.leads()

    await until(either, "one of them leads")
    return (one, two) if await one.leads() else (two, one)
