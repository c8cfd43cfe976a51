"""What happens while a reconcile asks the cluster: a newer wish, an end, another worker; nothing old is told then."""

from collections.abc import Awaitable, Callable, Sequence

from contracts.clusters.events import ClusterRegistered
from contracts.deployments.logs import ClusterHappenings, LogLines
from services.deployer.domain.drift import Drifted
from services.deployer.domain.log import LogWish
from services.deployer.domain.observed import Observation
from services.deployer.domain.rehearsal import Rehearsal
from services.deployer.ports import Cluster, Deletion, Object, World
from services.deployer.reconciler.outcome import AgainAfter, Done
from services.deployer.reconciler.turn import T, Turn
from services.deployer.usecases.reconcile_deployment import reconcile_deployment
from services.deployer.usecases.remove_deployment import remove_deployment
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT, removal_asked
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import SMALL, small_with


class SlowCluster:
    """A cluster that answers when `meanwhile` is over: once, before what the next call gives."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self.calls = 0

    async def apply(self, deployment: str, objects: Sequence[Object], *, force: bool = False) -> int:
        """As the port says."""
        await self._take_long()
        return await self._cluster.apply(deployment, objects, force=force)

    async def objects_of(self, deployment: str) -> tuple[Object, ...]:
        """As the port says."""
        return await self._cluster.objects_of(deployment)

    async def drift(self, deployment: str, objects: Sequence[Object]) -> tuple[Drifted, ...]:
        """As the port says."""
        found = await self._cluster.drift(deployment, objects)
        await self._take_long()
        return found

    async def rehearse(self, deployment: str, objects: Sequence[Object]) -> Rehearsal:
        """As the port says."""
        return await self._cluster.rehearse(deployment, objects)

    async def observe(self, deployment: str) -> Observation | None:
        """As the port says."""
        found = await self._cluster.observe(deployment)
        await self._take_long()
        return found

    async def delete(self, deployment: str, *, data: bool = True) -> Deletion:
        """As the port says."""
        found = await self._cluster.delete(deployment, data=data)
        await self._take_long()
        return found

    async def logs(self, deployment: str, wish: LogWish) -> LogLines:
        """As the port says."""
        return await self._cluster.logs(deployment, wish)

    async def happenings(self, deployment: str) -> ClusterHappenings:
        """As the port says."""
        return await self._cluster.happenings(deployment)

    async def facts(self) -> ClusterRegistered:
        """As the port says."""
        return await self._cluster.facts()

    async def _take_long(self) -> None:
        self.calls += 1
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()


def slow(fake: FakeWorld) -> SlowCluster:
    """Have the world's cluster answer slowly."""
    found = SlowCluster(fake.cluster)
    fake.other_cluster = found
    return found


async def ready_to_succeed(fake: FakeWorld) -> tuple[Life, SlowCluster]:
    """Given a first rollout whose pods are ready and whose end is not told yet."""
    life = Life.of(fake)
    await life.publishes(SMALL, "1.0")
    await life.publishes(small_with("registry.test/hello:2"), "2.0")
    await life.starts(1)
    await life.is_looked_at()
    fake.clock.after(60)
    return life, slow(fake)


async def test_an_end_is_not_told_of_what_a_newer_request_overtook(fake: FakeWorld) -> None:
    """The upgrade was approved while the cluster was asked: the first ends superseded, and never succeeds."""
    life, cluster = await ready_to_succeed(fake)
    cluster.meanwhile = lambda: life.starts(2, "2.0")
    assert await life.is_looked_at() == AgainAfter(0)
    await life.settles()
    assert life.ends() == {1: ["superseded"], 2: ["succeeded"]}


async def test_a_removal_while_an_apply_is_in_flight_ends_with_nothing(fake: FakeWorld) -> None:
    """What the late apply wrote goes with the removal."""
    life, cluster = await ready_to_succeed(fake)
    await life.settles()
    await life.starts(2, "2.0")
    cluster.meanwhile = lambda: remove_deployment(removal_asked(generation=3, at=fake.clock.now()), fake.world())
    await life.is_looked_at()
    await life.settles()
    assert life.ends() == {1: ["succeeded"], 2: ["superseded"], 3: ["removed"]}
    assert await life.objects() == {}


async def test_two_workers_at_once_tell_an_end_once(fake: FakeWorld) -> None:
    """While one asks the cluster, another one goes the whole way: the first then has nothing to tell."""
    life, cluster = await ready_to_succeed(fake)
    cluster.meanwhile = lambda: reconcile_deployment(DEPLOYMENT, fake.turn())
    assert await life.is_looked_at() == AgainAfter(0)
    assert await life.settles() == Done()
    assert life.ends() == {1: ["succeeded"]}


async def test_a_removal_is_told_once_by_two_workers(fake: FakeWorld) -> None:
    """The second finds the end told, and everything gone."""
    life, cluster = await ready_to_succeed(fake)
    await life.removes(2)
    cluster.meanwhile = lambda: reconcile_deployment(DEPLOYMENT, fake.turn())
    await life.is_looked_at()
    assert await life.settles() == Done()
    assert life.ends()[2] == ["removed"]


async def test_the_cluster_is_never_asked_inside_a_motion(fake: FakeWorld) -> None:
    """From the first look to the removal, no call is made while a motion is open."""
    life, cluster = await ready_to_succeed(fake)
    motions, inside = 0, []

    async def in_motion(work: Callable[[World], Awaitable[T]], /) -> T:
        nonlocal motions
        motions, before = motions + 1, cluster.calls
        try:
            return await work(fake.world())
        finally:
            inside.append(cluster.calls - before)

    async def settled() -> None:
        turn = Turn(in_motion, cluster, fake.clock, fake.patience)
        while isinstance(await reconcile_deployment(DEPLOYMENT, turn), AgainAfter):
            fake.clock.after(1)

    await settled()
    await life.removes(2)
    await settled()
    assert life.ends() == {1: ["succeeded"], 2: ["removed"]}
    assert (set(inside), motions) == ({0}, 4)


async def test_a_settled_deployment_costs_one_motion(fake: FakeWorld) -> None:
    """Nothing is told, so one motion reads the wish; the cluster is asked what drifted, to apply, and how it fares."""
    life, cluster = await ready_to_succeed(fake)
    await life.settles()
    before, motions = cluster.calls, 0

    async def in_motion(work: Callable[[World], Awaitable[T]], /) -> T:
        nonlocal motions
        motions += 1
        return await work(fake.world())

    assert await reconcile_deployment(DEPLOYMENT, Turn(in_motion, cluster, fake.clock, fake.patience)) == Done()
    assert (motions, cluster.calls - before) == (1, 3)
