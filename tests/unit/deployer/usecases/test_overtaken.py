"""Two requests of one deployment at once: the newer one counts, and what was before goes on when it does not start."""

import pytest

from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import SMALL, small_with


@pytest.fixture
async def life(fake: FakeWorld) -> Life:
    """Given a deployment that runs, and an upgrade of it that has begun."""
    found = Life.of(fake)
    await found.publishes(SMALL, "1.0")
    await found.publishes(small_with("registry.test/hello:2"), "2.0")
    await found.runs(1)
    await found.starts(2, "2.0")
    await found.is_looked_at()
    return found


async def test_a_rollout_that_is_overtaken_goes_on_until_the_newer_one_starts(life: Life) -> None:
    """It ended as superseded; nothing is taken away while the newer one is judged."""
    objects = await life.objects()
    await life.asks(3)
    await life.settles()
    assert await life.objects() == objects
    assert life.ends() == {1: ["succeeded"], 2: ["superseded"]}


@pytest.mark.parametrize("decided", ["rejected", "undecided", "cancelled", "failed"])
async def test_when_the_newer_one_does_not_start_what_ran_before_goes_on(
    life: Life, fake: FakeWorld, decided: str
) -> None:
    """The overtaken upgrade is nobody's wish any more: the last that was told to run is what runs."""
    await life.asks(3, revision=9 if decided == "failed" else None)
    match decided:
        case "rejected":
            await life.is_rejected(3)
        case "undecided":
            life.clock.after(70)
            await life.closes_undecided()
        case "cancelled":
            await life.cancels(4, 3)
        case "failed":
            await life.is_approved(3)
    await life.settles()
    assert life.ends()[3] == [decided]
    assert set((await life.pods()).values()) == {"registry.test/hello:1"}
    assert fake.woken


async def test_a_first_rollout_that_was_overtaken_is_taken_away_when_the_newer_one_does_not_start(
    fake: FakeWorld,
) -> None:
    """Nothing was told to run, so nothing is left."""
    life = Life.of(fake)
    await life.publishes(SMALL, "1.0")
    await life.starts(1)
    await life.is_looked_at()
    await life.asks(2)
    await life.is_rejected(2)
    await life.settles()
    assert life.ends() == {1: ["superseded"], 2: ["rejected"]}
    assert await life.objects() == {}


async def test_what_was_overtaken_is_not_what_a_cancel_goes_back_to(life: Life) -> None:
    """The upgrade that was overtaken never ran; the revision before it did."""
    await life.publishes(small_with("registry.test/never-ready:1"), "3.0")
    await life.starts(3, "3.0")
    await life.is_looked_at()
    await life.cancels(4, 3)
    await life.settles()
    assert life.ends() == {1: ["succeeded"], 2: ["superseded"], 3: ["cancelled"], 4: ["cancelled"]}
    assert set((await life.pods()).values()) == {"registry.test/hello:1"}


async def test_a_lower_generation_does_nothing(life: Life) -> None:
    """Decisions about what was overtaken come late, and change nothing."""
    await life.asks(3)
    await life.is_approved(2, "2.0")
    await life.is_rejected(2)
    await life.is_approved(3)
    await life.settles()
    await life.is_approved(2, "2.0")
    await life.is_rejected(3)
    await life.settles()
    assert life.ends() == {1: ["succeeded"], 2: ["superseded"], 3: ["succeeded"]}
    assert set((await life.pods()).values()) == {"registry.test/hello:1"}
