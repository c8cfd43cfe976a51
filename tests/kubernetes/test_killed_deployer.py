"""The deployer killed with -9 at every step of a rollout, and at random: all is as it was asked for in the end."""

import contextlib
import os
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from chassis.ledger import new_id
from contracts.deployments.environment import Environment
from infra.kubernetes.control_plane import ControlPlane
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.kinds import WATCHED
from services.deployer.domain.manifest.labels import DEPLOYMENT, TEAM
from tests.e2e.eventually import eventually
from tests.fakes.deployer_examples import approved, asked, published, removal_asked
from tests.kubernetes.by_hand import ByHand, make_by_hand
from tests.kubernetes.deployer_stage import administrator, role, shipped_rules
from tests.kubernetes.killable_deployer import Scene, scene
from tests.unit.deployer.specs import small_with

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(1500 if os.environ.get("FULL") else 400)]
DEPLOYMENTS, KILLS = (200, 50) if os.environ.get("FULL") else (40, 10)
FIRST = "first"
IMAGES = {"1.0": "registry.test/hello:1", "2.0": "registry.test/hello:2"}
_NOT_INSTALLED = "httproutes"
_WITHIN = 600.0 if os.environ.get("FULL") else 120.0  # seconds


@dataclass
class Wanted:
    """One deployment, and what was asked of it last."""

    name: str
    id: str = field(default_factory=new_id)
    generation: int = 0
    version: str | None = None
    """None: removed."""

    @property
    def end(self) -> str:
        """How its newest generation ends."""
        return "succeeded" if self.version else "removed"


@dataclass
class Stage:
    """The deployer, and what is asked of it in one namespace."""

    scene: Scene
    admin: Connection
    team: str
    where: Environment
    wanted: dict[str, Wanted] = field(default_factory=dict)

    async def asks(self, one: Wanted, version: str) -> None:
        """A team asks for a version, and compliance approves."""
        self.wanted[one.id] = one
        one.generation, one.version, now = one.generation + 1, version, datetime.now(UTC)
        request = asked(
            deployment=one.id,
            version=version,
            generation=one.generation,
            at=now,
            name=one.name,
            environment=self.where,
        )
        await self.scene.log.write(request)
        decision = approved(deployment=one.id, version=version, generation=one.generation, at=now)
        await self.scene.log.write(decision)

    async def removes(self, one: Wanted) -> None:
        """A team takes it away."""
        one.generation, one.version = one.generation + 1, None
        await self.scene.log.write(removal_asked(deployment=one.id, generation=one.generation, at=datetime.now(UTC)))

    async def all_ended(self, only: Sequence[Wanted] = ()) -> None:
        """Every newest generation has its one final event, and it is the one that was asked for."""
        awaited = only or list(self.wanted.values())

        async def open_ones() -> list[tuple[str, list[str]]]:
            return [(one.name, told) for one in awaited if (told := self._told(one)) != [one.end]]

        await eventually(open_ones, lambda left: not left, _WITHIN, "every deployment ended as asked")

    async def as_asked(self) -> None:
        """Nothing is in the cluster but what was asked for; and that is there, once."""

        async def differences() -> list[str]:
            return [line async for line in self._differences()]

        await eventually(differences, lambda found: not found, 60.0, "the cluster is as asked")

    async def _differences(self) -> AsyncIterator[str]:
        images = {one.name: IMAGES[one.version] for one in self.wanted.values() if one.version}
        found: dict[str, str] = {}
        for kind in WATCHED:
            if kind.plural == _NOT_INSTALLED:
                continue
            selector = {"labelSelector": f"{TEAM}={self.team}"}
            page = await self.admin.request("GET", kind.path(), selector)
            for one in page["items"]:
                metadata = one["metadata"]
                owner = self.wanted.get(metadata["labels"].get(DEPLOYMENT, ""))
                if owner is not None and owner.version is None:
                    yield f"left over: {kind.name} {metadata['name']}"
                if kind.name == "Deployment":
                    found[metadata["name"]] = one["spec"]["template"]["spec"]["containers"][0]["image"]
        if found != images:
            yield f"not as asked: {set(found.items()) ^ set(images.items())}"

    def twice(self) -> list[tuple[str, int]]:
        """The generations with more than one final event."""
        return [
            (one.name, generation)
            for one in self.wanted.values()
            for generation in range(1, one.generation + 1)
            if len(self.scene.log.finals(generation).get(one.id, [])) != 1
        ]

    def _told(self, one: Wanted) -> list[str]:
        return self.scene.log.finals(one.generation).get(one.id, [])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(cluster: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One deployer for the tests of this file; each test has deployments of its own."""
    folder = tmp_path_factory.mktemp("killed")
    async with (
        role(cluster, shipped_rules()),
        administrator(cluster) as admin,
        scene(cluster, folder) as found,
    ):
        system = await admin.request("GET", "/api/v1/namespaces/kube-system")
        team = new_id()
        namespace = f"kills-{team[-12:]}"
        where = Environment(name="test", team=team, cluster=system["metadata"]["uid"], namespace=namespace)
        for version, image in IMAGES.items():
            await found.log.write(published(small_with(image, cpu="100m"), version=version))
        yield Stage(found, admin, team, where)


async def beside(stage: Stage) -> ByHand:
    """Something made by hand in the same namespace, once the deployer has made that."""
    first = Wanted(FIRST)
    await stage.asks(first, "1.0")
    await stage.all_ended()
    return await make_by_hand(stage.admin, stage.where.namespace)


class At:
    """Kills the deployer at the n-th write about one deployment: before the server has it, or once it is done."""

    def __init__(self, stage: Stage, name: str, number: int, *, done: bool) -> None:
        self._stage, self._name, self._left = stage, f"/{name}", number
        self.struck = False
        stage.scene.proxy.before, stage.scene.proxy.after = (_nothing, self._hear) if done else (self._hear, _nothing)

    async def _hear(self, _method: str, path: str) -> bool:
        if self._name not in path or self.struck:
            return False
        self._left -= 1
        self.struck = self._left == 0
        if self.struck:
            await self._stage.scene.deployer.kill()
        return self.struck

    async def strikes(self) -> None:
        """Wait until it has."""

        async def struck() -> bool:
            return self.struck

        await eventually(struck, bool, 30.0, f"killed at a write of {self._name}")


async def _nothing(_method: str, _path: str) -> bool:
    return False


def by_name(writes: list[tuple[str, str]], name: str) -> list[tuple[str, str]]:
    """The writes about one deployment."""
    return [one for one in writes if f"/{name}" in one[1]]


async def killed_at_every_write(stage: Stage) -> None:
    """One deployment for each boundary of a rollout; then an upgrade, and removals before and after their delete."""
    writes = by_name(stage.scene.proxy.writes, FIRST)
    assert len(writes) >= 5
    points = [Wanted(f"point-{number:02}") for number in range(len(writes) + 1)]
    for number, one in enumerate(points):
        at = At(stage, one.name, max(number, 1), done=number > 0)
        await stage.asks(one, "1.0")
        await at.strikes()
    await stage.all_ended(points[:3])
    at = At(stage, points[0].name, 1, done=True)
    await stage.asks(points[0], "2.0")
    await at.strikes()
    for one, done in ((points[1], True), (points[2], False)):
        at = At(stage, one.name, 1, done=done)
        await stage.removes(one)
        await at.strikes()
    assert stage.scene.deployer.kills == len(points) + 3


async def killed_at_random(stage: Stage, seed: int) -> None:
    """Deployments, upgrades of a third and removals of a fifth of them, in between so many kills."""
    chance, proxy = random.Random(seed), stage.scene.proxy  # noqa: S311 - a plan, not a secret
    started = [Wanted(f"app-{number:03}") for number in range(DEPLOYMENTS)]
    later = [*((one, "2.0") for one in started[::3]), *((one, None) for one in started[1::5])]
    steps: list[tuple[Wanted, str | None]] = [(one, "1.0") for one in started]
    for step in later:
        # Some of them come while the one before is still under way.
        steps.insert(chance.randint(steps.index((step[0], "1.0")) + 1, len(steps)), step)
    kills = sorted(chance.sample(range(1, len(steps)), KILLS))
    for number, (one, version) in enumerate(steps):
        await (stage.asks(one, version) if version else stage.removes(one))
        if number in kills:
            await written(proxy.writes, chance.randint(1, 20))
            await stage.scene.deployer.kill()


async def written(writes: list[tuple[str, str]], more: int) -> None:
    """Wait until the deployer, which may still be starting, has written so much more, or has nothing to write."""
    before = len(writes)

    async def enough() -> bool:
        return len(writes) >= before + more

    with contextlib.suppress(TimeoutError):
        await eventually(enough, bool, 8.0, "it writes")


async def test_killed_at_every_write_and_at_random_all_is_as_asked(stage: Stage) -> None:
    """One end each, every object once, nothing left, and what was made by hand beside it untouched throughout."""
    hand = await beside(stage)
    await killed_at_every_write(stage)
    assert await hand.now() == hand.made
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(10**6)))
    before = stage.scene.deployer.kills
    await killed_at_random(stage, seed)
    assert stage.scene.deployer.kills == before + KILLS, seed
    await stage.all_ended()
    await stage.as_asked()
    assert await hand.now() == hand.made, seed
    assert stage.twice() == [], seed
