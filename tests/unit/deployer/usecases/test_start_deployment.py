"""Compliance approved: what starts, and what does not."""

import pytest

from chassis.errors import NotKnownYet
from services.deployer.usecases.accept_request import accept_request
from services.deployer.usecases.remember_version import remember_version
from services.deployer.usecases.start_deployment import start_deployment
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import APP, DEPLOYMENT, approved, asked, later, published
from tests.unit.deployer.specs import SMALL


async def test_an_approved_request_starts(fake: FakeWorld) -> None:
    """The first revision begins, and the reconciler is woken for after the commit."""
    await remember_version(published(SMALL), fake.world())
    await accept_request(asked(), fake.world())
    await start_deployment(approved(), fake.world())
    assert fake.told() == ["DeploymentStarted"]
    assert (fake.recorded[0].data.revision, fake.recorded[0].context.generation_number) == (1, 1)
    assert fake.woken == [DEPLOYMENT]


async def test_starting_touches_no_cluster(fake: FakeWorld) -> None:
    """Objects are applied only once the start is stored."""
    await remember_version(published(SMALL), fake.world())
    await accept_request(asked(), fake.world())
    await start_deployment(approved(), fake.world())
    assert fake.objects.writes == 0


async def test_an_approval_that_comes_first_waits_for_its_request(fake: FakeWorld) -> None:
    """Topics of two writers arrive in any order."""
    with pytest.raises(NotKnownYet) as waits:
        await start_deployment(approved(), fake.world())
    assert (waits.value.topic.name, waits.value.key) == ("gateway.deployment-requests", DEPLOYMENT)


async def test_an_approval_of_a_newer_generation_waits_for_it(fake: FakeWorld) -> None:
    """The request it names is still on its way."""
    await accept_request(asked(generation=1), fake.world())
    with pytest.raises(NotKnownYet):
        await start_deployment(approved(generation=2), fake.world())


async def test_an_approval_waits_for_the_version(fake: FakeWorld) -> None:
    """Without the description there is nothing to build."""
    await accept_request(asked(), fake.world())
    with pytest.raises(NotKnownYet) as waits:
        await start_deployment(approved(), fake.world())
    assert (waits.value.topic.name, waits.value.key) == ("catalog.apps", APP)


@pytest.mark.parametrize("approval", [approved(generation=1), later(approved(generation=2), 60)])
async def test_an_overtaken_or_late_approval_does_nothing(fake: FakeWorld, approval: object) -> None:
    """What names an older generation, or was decided at `decideBy` or later, starts nothing."""
    await remember_version(published(SMALL), fake.world())
    await accept_request(asked(generation=1), fake.world())
    await accept_request(asked(generation=2), fake.world())
    await start_deployment(approval, fake.world())  # type: ignore[arg-type]
    assert fake.told() == ["superseded"]


async def test_the_same_approval_again_does_nothing(fake: FakeWorld) -> None:
    """Delivery is at least once; one generation starts once."""
    await remember_version(published(SMALL), fake.world())
    await accept_request(asked(), fake.world())
    await start_deployment(approved(), fake.world())
    await start_deployment(approved(), fake.world())
    assert fake.told() == ["DeploymentStarted"]
