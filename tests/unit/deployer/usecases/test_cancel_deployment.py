"""Somebody takes a request back: before it started, while it rolls out, or too late."""

import pytest

from chassis.errors import NotKnownYet
from contracts.apps.spec import AppSpec
from services.deployer.reconciler.outcome import Done
from services.deployer.usecases.close_skipped import close_skipped
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import cancel_asked, removal_asked
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import SMALL, small_with


@pytest.fixture
async def life(fake: FakeWorld) -> Life:
    """Three versions: one that runs, another one, and one that crashes."""
    found = Life.of(fake)
    await found.publishes(SMALL, "1.0")
    await found.publishes(small_with("registry.test/hello:2"), "2.0")
    await found.publishes(small_with("registry.test/crashes:1"), "3.0")
    return found


async def test_what_was_not_decided_ends_at_once(life: Life) -> None:
    """Both generations have their answer, and an approval that comes after that starts nothing."""
    await life.asks(1)
    await life.cancels(2, 1)
    assert life.ends() == {1: ["cancelled"], 2: ["cancelled"]}
    assert life.last("DeploymentCancelled").cancelled == 1
    await life.is_approved(1)
    await life.settles()
    assert await life.objects() == {}


async def test_taking_back_a_request_leaves_what_runs(life: Life) -> None:
    """Nothing in the cluster was touched for it."""
    await life.runs(1)
    objects, pods = await life.objects(), await life.pods()
    await life.asks(2, "2.0")
    await life.cancels(3, 2)
    await life.settles()
    assert (await life.objects(), await life.pods()) == (objects, pods)
    assert life.ends() == {1: ["succeeded"], 2: ["cancelled"], 3: ["cancelled"]}


async def test_an_upgrade_under_way_goes_back_to_what_ran(life: Life) -> None:
    """The objects of before are back field for field, the old pods never left, and only then both end."""
    await life.runs(1)
    objects, pods = await life.objects(), await life.pods()
    await life.starts(2, "2.0")
    await life.is_looked_at()
    assert await life.objects() != objects
    await life.cancels(3, 2)
    assert life.ends() == {1: ["succeeded"]}
    assert await life.settles() == Done()
    assert (await life.objects(), await life.pods()) == (objects, pods)
    assert life.ends() == {1: ["succeeded"], 2: ["cancelled"], 3: ["cancelled"]}


async def test_it_ends_only_when_what_ran_before_is_ready_again(life: Life) -> None:
    """Data that one pod holds at a time: the old pod has to start again, and the answer waits for that."""
    for version, spec in (("1.0", SMALL), ("2.0", small_with("registry.test/hello:2"))):
        described = {**spec.model_dump(mode="json"), "volumes": [{"name": "data", "size": "1Gi"}]}
        await life.publishes(AppSpec.model_validate(described), version)
    await life.runs(1)
    await life.starts(2, "2.0")
    await life.is_looked_at()
    await life.cancels(3, 2)
    await life.is_looked_at()
    assert 2 not in life.ends()
    await life.settles()
    assert life.ends() == {1: ["succeeded"], 2: ["cancelled"], 3: ["cancelled"]}


async def test_a_first_rollout_is_taken_away_whole(life: Life) -> None:
    """There was nothing before, so nothing is left."""
    await life.starts(1)
    await life.is_looked_at()
    assert await life.objects() != {}
    await life.cancels(2, 1)
    await life.settles()
    assert await life.objects() == {}
    assert life.ends() == {1: ["cancelled"], 2: ["cancelled"]}


async def test_what_failed_before_comes_back_as_it_was(life: Life) -> None:
    """It was not healthy then, so nobody waits for it now."""
    await life.runs(1, "3.0")
    objects = await life.objects()
    await life.starts(2)
    await life.is_looked_at()
    await life.cancels(3, 2)
    await life.settles()
    assert await life.objects() == objects
    assert life.ends() == {1: ["failed"], 2: ["cancelled"], 3: ["cancelled"]}


async def test_it_can_be_asked_again_after_that(life: Life) -> None:
    """The next generation is the next revision."""
    await life.starts(1)
    await life.is_looked_at()
    await life.cancels(2, 1)
    await life.settles()
    await life.runs(3)
    assert life.ends()[3] == ["succeeded"]
    assert life.last("DeploymentSucceeded").revision == 2


async def test_after_the_end_it_is_too_late(life: Life) -> None:
    """The cancel has its answer, and what runs goes on."""
    await life.runs(1)
    objects = await life.objects()
    await life.cancels(2, 1)
    await life.settles()
    assert life.ends() == {1: ["succeeded"], 2: ["too-late"]}
    assert await life.objects() == objects


async def test_on_the_way_back_it_is_too_late(life: Life) -> None:
    """A failed upgrade goes back anyway, and ends as that."""
    await life.runs(1)
    await life.starts(2, "3.0")
    await life.is_on_its_way_back()
    await life.cancels(3, 2)
    await life.settles()
    assert life.ends() == {1: ["succeeded"], 2: ["rolledback"], 3: ["too-late"]}


async def test_a_removal_is_not_taken_back(life: Life) -> None:
    """It goes on, and the cancel that names it is too late."""
    await life.runs(1)
    await life.removes(2)
    await life.cancels(3, 2)
    await life.settles()
    assert life.ends() == {1: ["succeeded"], 2: ["removed"], 3: ["too-late"]}


async def test_an_overtaken_request_is_not_taken_back(life: Life) -> None:
    """It ended when it was overtaken; the newer one goes on."""
    await life.asks(1)
    await life.asks(2)
    await life.cancels(3, 1)
    await life.is_approved(2)
    await life.settles()
    assert life.ends() == {1: ["superseded"], 2: ["succeeded"], 3: ["too-late"]}


async def test_a_second_cancel_is_too_late(life: Life) -> None:
    """The first one is being carried out."""
    await life.runs(1)
    await life.starts(2, "2.0")
    await life.cancels(3, 2)
    await life.cancels(4, 2)
    await life.settles()
    assert life.ends() == {1: ["succeeded"], 2: ["cancelled"], 3: ["cancelled"], 4: ["too-late"]}


async def test_a_removal_overtakes_a_cancel(life: Life) -> None:
    """Both that were open end as cancelled, and the removal as removed."""
    await life.runs(1)
    await life.starts(2, "2.0")
    await life.cancels(3, 2)
    await life.removes(4)
    await life.settles()
    assert life.ends() == {1: ["succeeded"], 2: ["cancelled"], 3: ["cancelled"], 4: ["removed"]}
    assert await life.objects() == {}


async def test_a_newer_request_overtakes_a_cancel(life: Life) -> None:
    """What ran before is wanted until the newer one is approved, and goes on when it is rejected."""
    await life.runs(1)
    objects = await life.objects()
    await life.starts(2, "2.0")
    await life.is_looked_at()
    await life.cancels(3, 2)
    await life.asks(4, "3.0")
    assert life.ends() == {1: ["succeeded"], 2: ["cancelled"], 3: ["cancelled"]}
    await life.is_rejected(4)
    await life.settles()
    assert await life.objects() == objects


async def test_what_can_not_be_brought_back_is_told_as_failed(life: Life, fake: FakeWorld) -> None:
    """The cancel stopped the upgrade; that what ran before does not run is the upgrade's end."""
    await life.runs(1)
    await life.starts(2, "2.0")
    await life.is_looked_at()
    fake.lose_image("registry.test/hello:1")
    await life.cancels(3, 2)
    await life.settles()
    assert life.ends() == {1: ["succeeded"], 2: ["failed"], 3: ["cancelled"]}


async def test_a_cancel_of_what_was_never_heard_of_waits(life: Life) -> None:
    """The request it names may be on its way."""
    with pytest.raises(NotKnownYet):
        await life.cancels(1, 1)


@pytest.mark.parametrize("started", [True, False])
async def test_a_cancel_that_an_operator_skipped_stops_nothing(life: Life, fake: FakeWorld, started: bool) -> None:  # noqa: FBT001 - a case
    """It is too late then, and the request it named has its own end."""
    await life.asks(1)
    if started:
        await life.is_approved(1)
    await close_skipped(cancel_asked(generation=2, cancels=1), fake.world())
    await (life.settles() if started else life.is_rejected(1))
    assert life.ends() == {1: ["succeeded" if started else "rejected"], 2: ["too-late"]}


async def test_a_skipped_removal_leaves_a_rollout_its_end(life: Life, fake: FakeWorld) -> None:
    """What is under way still owes its answer, also when a newer request overtakes it after that."""
    await life.starts(1)
    await life.is_looked_at()
    await close_skipped(removal_asked(generation=2), fake.world())
    await life.runs(3, "2.0")
    assert life.ends() == {1: ["superseded"], 2: ["undecided"], 3: ["succeeded"]}
