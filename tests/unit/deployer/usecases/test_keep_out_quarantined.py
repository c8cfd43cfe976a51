"""A version whose upgrade failed and went back stays out until somebody names it, or a newer one is healthy."""

import pytest

from contracts.deployments.events import DeploymentRollbackStarted, DeploymentSucceeded
from contracts.deployments.quarantine import Quarantine, is_newer, quarantine_after
from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.deployment import evolve
from services.deployer.reconciler.outcome import Done, GiveUp
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import APP, DEPLOYMENT, START, an_environment, an_event
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import SMALL, small_with

BROKEN = small_with("registry.test/crashes:1")
GOOD = small_with("registry.test/hello:2")


@pytest.fixture
async def life(fake: FakeWorld) -> Life:
    """Given a deployment whose upgrade to 2.0 failed and went back to 1.0."""
    found = Life.of(fake)
    await found.publishes(SMALL, "1.0")
    await found.publishes(BROKEN, "2.0")
    await found.runs(1)
    await found.runs(2, "2.0", intent="upgrade")
    assert found.ends()[2] == ["rolledback"]
    return found


async def kept_out(fake: FakeWorld) -> list[str]:
    """The versions that are kept out."""
    state = await fake.world().deployments.get(DEPLOYMENT)
    assert state is not None
    return [one.version for one in state.quarantine]


@pytest.mark.parametrize("intent", ["configure", "scale", "restart"])
async def test_a_request_that_does_not_name_it_does_not_bring_it_back(life: Life, fake: FakeWorld, intent: str) -> None:
    """A change that was built on the failed request ends with the reason, and what runs goes on."""
    objects, pods = await life.objects(), await life.pods()
    await life.runs(3, "2.0", intent=intent, replicas=2)
    assert life.ends()[3] == ["failed"]
    final = life.last("DeploymentFailed")
    assert (final.cause, final.fault) == (Cause.VERSION_QUARANTINED, Fault.CONFIGURATION)
    assert final.params == {"failed": "2.0", "revision": 2, "because": "crash-loop"}
    assert (await life.objects(), await life.pods()) == (objects, pods)
    assert await kept_out(fake) == ["2.0"]


@pytest.mark.parametrize("intent", ["deploy", "upgrade"])
async def test_it_comes_back_when_somebody_names_it(life: Life, fake: FakeWorld, intent: str) -> None:
    """Repaired in the catalog and asked for by name: it runs, and nothing is kept out any more."""
    await life.publishes(GOOD, "2.0")
    await life.runs(3, "2.0", intent=intent)
    assert life.ends()[3] == ["succeeded"]
    assert await kept_out(fake) == []


async def test_named_and_failed_again_it_is_kept_out_again(life: Life, fake: FakeWorld) -> None:
    """Once, with the revision that failed last."""
    await life.runs(3, "2.0", intent="upgrade")
    assert life.ends()[3] == ["rolledback"]
    state = await fake.world().deployments.get(DEPLOYMENT)
    assert state is not None
    assert [(one.version, one.revision, one.cause) for one in state.quarantine] == [("2.0", 3, Cause.CRASH_LOOP)]


async def test_a_newer_version_lifts_it(life: Life, fake: FakeWorld) -> None:
    """Healthy at 3.0, nobody needs to be kept from 2.0."""
    await life.publishes(GOOD, "3.0")
    await life.runs(3, "3.0", intent="upgrade")
    assert (life.ends()[3], await kept_out(fake)) == (["succeeded"], [])


async def test_what_came_back_does_not_lift_it(life: Life, fake: FakeWorld) -> None:
    """Scaling the version that runs is no reason to trust the one that failed."""
    await life.runs(3, "1.0", intent="scale", replicas=2)
    assert (life.ends()[3], await kept_out(fake)) == (["succeeded"], ["2.0"])


async def test_no_reconcile_brings_it_back(life: Life, fake: FakeWorld) -> None:
    """Whatever stored the failed revision as wanted, a repair, a retry or an older copy: the healthy one is applied."""
    objects = await life.objects()
    failed = await fake.world().revisions.get(DEPLOYMENT, 2)
    assert failed is not None
    await fake.world().desired.keep(failed)
    assert await life.settles() == Done()
    assert await life.objects() == objects
    wanted = await fake.world().desired.get(DEPLOYMENT)
    assert wanted is not None
    assert wanted.revision == 1


async def test_without_a_healthy_revision_nothing_is_applied(life: Life, fake: FakeWorld) -> None:
    """It is given up rather than tried again."""
    failed = await fake.world().revisions.get(DEPLOYMENT, 2)
    assert failed is not None
    await fake.world().desired.keep(failed)
    await fake.world().revisions.forget(DEPLOYMENT)
    objects = await life.objects()
    assert isinstance(await life.settles(), GiveUp)
    assert await life.objects() == objects


async def test_a_removal_forgets_it(life: Life, fake: FakeWorld) -> None:
    """What is made anew under the same id begins without a past."""
    await life.removes(3)
    await life.settles()
    assert (life.ends()[3], await kept_out(fake)) == (["removed"], [])


def went_back(version: str, revision: int) -> DeploymentRollbackStarted:
    """An upgrade to this version failed."""
    return DeploymentRollbackStarted(
        deployment=DEPLOYMENT,
        app=APP,
        environment=an_environment(),
        version=version,
        revision=revision,
        to_revision=1,
        to_version="1.0",
        cause=Cause.CRASH_LOOP,
        fault=Fault.APP,
    )


def test_events_of_earlier_releases_keep_a_version_out_too() -> None:
    """The fold is made of what was told all along: no new field is needed."""
    state = evolve(None, an_event(went_back("2.0", 2), START, generation=2))
    assert [one.version for one in state.quarantine] == ["2.0"]


def test_at_most_twenty_are_kept_out() -> None:
    """The oldest is forgotten first; a healthy version lifts those before it."""
    found: Quarantine = ()
    for number in range(2, 40):
        found = quarantine_after(found, went_back(f"2.{number}", number), START)
    assert [one.version for one in found] == [f"2.{number}" for number in range(20, 40)]
    healthy = DeploymentSucceeded(
        deployment=DEPLOYMENT,
        app=APP,
        environment=an_environment(),
        version="2.30",
        revision=41,
        replicas=1,
        objects=(),
    )
    assert [one.version for one in quarantine_after(found, healthy, START)] == [f"2.{n}" for n in range(30, 40)]


@pytest.mark.parametrize(
    ("version", "than", "newer"),
    [
        ("1.10", "1.9", True),
        ("1.9", "1.10", False),
        ("2.0", "2.0", False),
        ("v2", "v1.9.9", True),
        ("1.0.1", "1.0", True),
        ("1.0", "1.0.1", False),
        ("1.0-rc1", "1.0", False),
        ("1.0", "1.0-rc1", True),
    ],
)
def test_which_version_is_newer(version: str, than: str, newer: bool) -> None:  # noqa: FBT001 - a table
    """Number by number; a version that is called a candidate comes before the one itself."""
    assert is_newer(version, than) is newer
