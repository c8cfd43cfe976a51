"""What one reconcile stands on: motions for what it reads and tells, and the cluster between them.

A real cluster may be slow, and the database ends a transaction after seconds: so nothing is asked of it inside one
(`apart`). The simulated cluster lies in the same database, and its whole turn is one motion (`in_one_motion`).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from chassis.clock import Clock
from chassis.ledger import Motion
from chassis.perform import Performer
from services.deployer.domain.drift import DriftPolicy
from services.deployer.domain.health import Patience
from services.deployer.ports import Cluster, World

T = TypeVar("T")
R = TypeVar("R")


class InMotion(Protocol):
    """Runs work in one motion, on the World of that motion. Raises NotNow when this replica no longer leads."""

    async def __call__(self, work: Callable[[World], Awaitable[T]], /) -> T:
        """What the work gives."""
        ...


@dataclass(frozen=True)
class Turn:
    """One deployment's turn."""

    in_motion: InMotion
    cluster: Cluster
    clock: Clock
    patience: Patience
    drift: DriftPolicy = DriftPolicy.HEAL


class Take(Protocol):
    """Takes one turn."""

    async def __call__(self, work: Callable[[Turn], Awaitable[R]], /) -> R:
        """What the work gives."""
        ...


WorldOf = Callable[[Motion], World]


def apart(performer: Performer, world_of: WorldOf, cluster: Cluster, patience: Patience, drift: DriftPolicy) -> Take:
    """Turns whose cluster is asked between motions."""

    async def in_motion(work: Callable[[World], Awaitable[T]], /) -> T:
        return await performer.perform(lambda motion: work(world_of(motion)))

    async def take(work: Callable[[Turn], Awaitable[R]], /) -> R:
        return await work(Turn(in_motion, cluster, performer.writer.clock, patience, drift))

    return take


def in_one_motion(
    performer: Performer,
    world_of: WorldOf,
    cluster_of: Callable[[Motion], Cluster],
    patience: Patience,
    drift: DriftPolicy,
) -> Take:
    """Turns whose cluster is stored by the motion itself."""

    async def take(work: Callable[[Turn], Awaitable[R]], /) -> R:
        async def whole(motion: Motion) -> R:
            world = world_of(motion)

            async def in_motion(part: Callable[[World], Awaitable[T]], /) -> T:
                return await part(world)

            return await work(Turn(in_motion, cluster_of(motion), motion.clock, patience, drift))

        return await performer.perform(whole)

    return take
