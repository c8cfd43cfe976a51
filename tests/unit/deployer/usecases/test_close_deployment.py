"""How a generation ends without touching the cluster: rejected, undecided, superseded."""

from datetime import timedelta

import pytest

from chassis.errors import NotKnownYet
from services.deployer.usecases.accept_request import accept_request
from services.deployer.usecases.close_deployment import close_deployment
from services.deployer.usecases.close_skipped import close_skipped
from services.deployer.usecases.close_undecided import close_undecided
from services.deployer.usecases.remember_version import remember_version
from services.deployer.usecases.start_deployment import start_deployment
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT, an_id, approved, asked, published, rejected, removal_asked
from tests.unit.deployer.specs import SMALL


async def test_a_rejected_request_is_closed(fake: FakeWorld) -> None:
    """The owner answers: this generation ended as rejected, once."""
    await accept_request(asked(), fake.world())
    await close_deployment(rejected(), fake.world())
    await close_deployment(rejected(), fake.world())
    assert fake.told() == ["rejected"]


async def test_a_rejection_that_comes_first_waits(fake: FakeWorld) -> None:
    """The request is on its way."""
    with pytest.raises(NotKnownYet):
        await close_deployment(rejected(), fake.world())


async def test_a_rejection_after_the_start_changes_nothing(fake: FakeWorld) -> None:
    """A later decision about the same generation is too late."""
    await remember_version(published(SMALL), fake.world())
    await accept_request(asked(), fake.world())
    await start_deployment(approved(), fake.world())
    await close_deployment(rejected(), fake.world())
    assert fake.told() == ["DeploymentStarted"]


@pytest.mark.parametrize(("seconds", "told"), [(60, []), (64.9, []), (65, ["undecided"]), (600, ["undecided"])])
async def test_an_undecided_request_is_closed_after_its_deadline(
    fake: FakeWorld,
    seconds: float,
    told: list[str],
) -> None:
    """At `decideBy`, plus the grace for a decision that is on its way."""
    await accept_request(asked(), fake.world())
    fake.clock.after(seconds)
    await close_undecided(None, fake.world())
    await close_undecided(None, fake.world())
    assert fake.told() == told


async def test_nothing_is_closed_before_the_log_is_read(fake: FakeWorld) -> None:
    """A decision may lie unread since the process was away: after a start it gets time to arrive."""
    await accept_request(asked(), fake.world())
    fake.clock.after(600)
    fake.caught_up_at = fake.clock.now() + timedelta(seconds=1)
    await close_undecided(None, fake.world())
    assert fake.told() == []


async def test_a_request_that_was_read_late_gets_its_grace(fake: FakeWorld) -> None:
    """Its deadline had passed when it was heard of; its decision may be next in line."""
    fake.clock.after(600)
    await accept_request(asked(), fake.world())
    fake.clock.after(4)
    await close_undecided(None, fake.world())
    assert fake.told() == []
    fake.clock.after(1)
    await close_undecided(None, fake.world())
    assert fake.told() == ["undecided"]


async def test_an_approval_after_that_starts_nothing(fake: FakeWorld) -> None:
    """One final event per generation."""
    await remember_version(published(SMALL), fake.world())
    await accept_request(asked(), fake.world())
    fake.clock.after(100)
    await close_undecided(None, fake.world())
    await start_deployment(approved(), fake.world())
    assert fake.told() == ["undecided"]


async def test_only_what_is_due_is_closed(fake: FakeWorld) -> None:
    """Each request has its own deadline."""
    await accept_request(asked(), fake.world())
    fake.clock.after(30)
    await accept_request(asked(deployment=an_id(7), name="other", at=fake.clock.now()), fake.world())
    fake.clock.after(40)
    await close_undecided(None, fake.world())
    assert [event.data.deployment for event in fake.recorded] == [DEPLOYMENT]


async def test_a_newer_request_overtakes_an_open_one(fake: FakeWorld) -> None:
    """The older generation ends as superseded, with the lineage of its own request."""
    await accept_request(asked(generation=1), fake.world())
    await accept_request(asked(generation=2), fake.world())
    assert fake.told() == ["superseded"]
    assert fake.recorded[0].context.generation_number == 1


async def test_a_newer_request_leaves_an_answered_one_alone(fake: FakeWorld) -> None:
    """What has its final event gets no second one."""
    await accept_request(asked(generation=1), fake.world())
    await close_deployment(rejected(generation=1), fake.world())
    await accept_request(asked(generation=2), fake.world())
    assert fake.told() == ["rejected"]


async def test_a_skipped_request_ends_at_once(fake: FakeWorld) -> None:
    """Nobody will decide on it, so the owner says so; a decision that comes later is dropped, not waited with."""
    await close_skipped(asked(), fake.world())
    assert fake.told() == ["undecided"]
    await close_deployment(rejected(), fake.world())
    await start_deployment(approved(), fake.world())
    assert fake.told() == ["undecided"]


async def test_a_skipped_removal_ends_too(fake: FakeWorld) -> None:
    """It closes as undecided under its own generation; of what was never heard of there is nothing to close."""
    await close_skipped(removal_asked(generation=2), fake.world())
    assert fake.told() == []
    await accept_request(asked(), fake.world())
    await close_skipped(removal_asked(generation=2), fake.world())
    assert fake.told() == ["undecided"]
