"""An upgrade that will not become ready brings back what ran before, field for field, and says why."""

import pytest

from contracts.apps.spec import AppSpec
from services.deployer.reconciler.outcome import Done
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import SMALL, small_with

BROKEN = small_with("registry.test/crashes:1")
FAILING = [
    (small_with("registry.test/nowhere:1"), "image-not-found", "configuration"),
    (BROKEN, "crash-loop", "app"),
    (small_with("registry.test/never-ready:1"), "probe-failed", "app"),
    (small_with(memory="500Gi"), "unschedulable", "configuration"),
    (small_with(cpu="999999m"), "quota-exceeded", "configuration"),
    (SMALL.model_copy(update={"volumes": (), "containers": SMALL.containers * 2}), "manifest-invalid", "configuration"),
]


@pytest.fixture
async def life(fake: FakeWorld) -> Life:
    """Given a deployment that runs."""
    found = Life.of(fake)
    await found.publishes(SMALL, "1.0")
    await found.publishes(BROKEN, "2.0")
    await found.runs(1)
    return found


@pytest.mark.parametrize(("spec", "cause", "fault"), FAILING)
async def test_each_failure_restores_the_objects_field_for_field(
    life: Life, spec: AppSpec, cause: str, fault: str
) -> None:
    """The objects are those of before, the pods too, and the one end says what happened and whose turn it is."""
    objects, pods = await life.objects(), await life.pods()
    await life.publishes(spec, "2.0")
    await life.runs(2, "2.0")
    assert (await life.objects(), await life.pods()) == (objects, pods)
    assert life.ends() == {1: ["succeeded"], 2: ["rolledback"]}
    begun, final = life.last("DeploymentRollbackStarted"), life.last("DeploymentRolledBack")
    assert (begun.cause, begun.fault, begun.version) == (cause, fault, "2.0")
    assert (begun.revision, begun.to_revision, begun.to_version) == (2, 1, "1.0")
    assert (final.cause, final.fault, final.params) == (cause, fault, begun.params)
    assert (final.revision, final.to_revision, final.to_version) == (2, 1, "1.0")


async def test_what_keeps_data_is_restored_too(fake: FakeWorld) -> None:
    """The old pods had to go first: they come back, and the rollback ends when they are ready."""
    life = Life.of(fake)
    for version, spec in (("1.0", SMALL), ("2.0", BROKEN)):
        described = {**spec.model_dump(mode="json"), "volumes": [{"name": "data", "size": "1Gi"}]}
        await life.publishes(AppSpec.model_validate(described), version)
    await life.runs(1)
    objects = await life.objects()
    await life.runs(2, "2.0")
    assert await life.objects() == objects
    assert list((await life.pods()).values()) == ["registry.test/hello:1"]
    assert life.ends()[2] == ["rolledback"]


async def test_the_failed_version_is_not_tried_again(life: Life) -> None:
    """Looking again, however often, writes and tells nothing."""
    await life.runs(2, "2.0")
    objects, ends = await life.objects(), life.ends()
    life.clock.after(3600)
    assert await life.settles() == Done()
    assert (await life.objects(), life.ends()) == (objects, ends)


async def test_a_first_deployment_that_fails_has_nothing_to_go_back_to(fake: FakeWorld) -> None:
    """It ends as failed, as does one whose only predecessor failed."""
    life = Life.of(fake)
    await life.publishes(BROKEN, "1.0")
    await life.runs(1)
    await life.runs(2)
    assert life.ends() == {1: ["failed"], 2: ["failed"]}


async def test_it_goes_back_past_what_failed(life: Life) -> None:
    """The second failing upgrade in a row goes back to the revision that succeeded, not to the one before it."""
    await life.runs(2, "2.0")
    await life.runs(3, "2.0")
    assert life.ends()[3] == ["rolledback"]
    assert (life.last("DeploymentRolledBack").revision, life.last("DeploymentRolledBack").to_revision) == (3, 1)


async def test_a_rollback_that_fails_too_ends_as_failed(life: Life, fake: FakeWorld) -> None:
    """The image of before is gone from the registry and from the node: one end, which says what is wrong now."""
    await life.starts(2, "2.0")
    await life.is_on_its_way_back()
    fake.lose_image("registry.test/hello:1")
    await life.settles()
    assert life.ends()[2] == ["failed"]
    final = life.last("DeploymentFailed")
    assert (final.cause, final.version, final.revision) == ("image-not-found", "2.0", 2)
    assert await life.settles() == Done()


async def test_a_newer_request_during_the_way_back_takes_over(life: Life) -> None:
    """The failed upgrade ends as superseded, and the newer one has its own end."""
    await life.publishes(small_with("registry.test/hello:2"), "3.0")
    await life.starts(2, "2.0")
    await life.is_on_its_way_back()
    await life.runs(3, "3.0")
    assert life.ends() == {1: ["succeeded"], 2: ["superseded"], 3: ["succeeded"]}
    assert set((await life.pods()).values()) == {"registry.test/hello:2"}


async def test_a_removal_during_the_way_back_takes_all_away(life: Life) -> None:
    """Nothing comes back after that."""
    await life.starts(2, "2.0")
    await life.is_on_its_way_back()
    await life.removes(3)
    await life.settles()
    assert life.ends() == {1: ["succeeded"], 2: ["superseded"], 3: ["removed"]}
    assert await life.objects() == {}
