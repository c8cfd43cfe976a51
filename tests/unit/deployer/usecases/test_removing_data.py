"""A removal takes the data only when somebody asked for that; what is kept is found again."""

import pytest

from contracts.deployments.events import ObjectReference
from contracts.deployments.requests import Intent
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import keeping_data, small_with

CLAIM = "PersistentVolumeClaim/assistant-data"
KEPT = (ObjectReference(kind="PersistentVolumeClaim", name="assistant-data"),)


@pytest.fixture
async def life(fake: FakeWorld) -> Life:
    """Given a deployment with a data volume that runs."""
    found = Life.of(fake)
    await found.publishes(keeping_data(), "1.0")
    await found.publishes(small_with("registry.test/crashes:1"), "2.0")
    await found.runs(1)
    return found


async def removes(life: Life, generation: int, *, with_data: bool = False) -> None:
    """A removal, followed to its end."""
    await life.removes(generation, with_data=with_data)
    await life.settles()


async def test_a_removal_keeps_the_data_and_says_so(life: Life) -> None:
    """The claim is all that is left, and the world hears its name."""
    await removes(life, 2)
    assert list(await life.objects()) == [CLAIM]
    assert (life.last("DeploymentRemoved").kept, life.ends()[2]) == (KEPT, ["removed"])


async def test_the_data_goes_with_it_when_asked_for(life: Life) -> None:
    """Nothing is left, and nothing is told as kept."""
    await removes(life, 2, with_data=True)
    assert (await life.objects(), life.last("DeploymentRemoved").kept) == ({}, ())


async def test_what_was_kept_may_go_later(life: Life) -> None:
    """A second removal takes the data alone."""
    await removes(life, 2)
    await removes(life, 3, with_data=True)
    assert (await life.objects(), life.last("DeploymentRemoved").kept) == ({}, ())
    assert life.ends() == {1: ["succeeded"], 2: ["removed"], 3: ["removed"]}


async def test_a_removal_that_is_widened_takes_the_data(life: Life) -> None:
    """Asked without, and right after that with the data: the newer one counts."""
    await life.removes(2)
    await removes(life, 3, with_data=True)
    assert (await life.objects(), life.ends()[2], life.ends()[3]) == ({}, ["superseded"], ["removed"])


async def test_deployed_again_it_has_its_data_and_its_passwords(life: Life, fake: FakeWorld) -> None:
    """The same claim; what was generated is what the data may be locked with, so it stays as long as the data."""
    given, made = "0193b2f0-0000-7000-8000-00000000000a", await fake.secrets.generated(DEPLOYMENT, "password")
    await fake.secrets.keep(given, DEPLOYMENT, "given")
    await removes(life, 2)
    assert (await fake.secrets.has(given), await fake.secrets.generated(DEPLOYMENT, "password")) == (False, made)
    await life.runs(3)
    assert (life.ends()[3], life.last("DeploymentStarted").revision) == (["succeeded"], 2)
    assert CLAIM in await life.objects()
    await removes(life, 4, with_data=True)
    assert not await fake.secrets.has(f"{DEPLOYMENT}/password")


async def test_a_rollout_on_kept_data_that_is_taken_back_leaves_it(life: Life) -> None:
    """The first rollout after a removal may be cancelled: what was there before it stays."""
    await removes(life, 2)
    await life.starts(3, "2.0", intent=Intent.DEPLOY)
    await life.is_looked_at()
    await life.cancels(4, 3)
    await life.settles()
    assert list(await life.objects()) == [CLAIM]
