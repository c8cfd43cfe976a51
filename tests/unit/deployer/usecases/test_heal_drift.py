"""What somebody changed or deleted by hand is told once, with what differs, and put back, or only told, by setting."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from contracts.apps.spec import AppSpec
from contracts.deployments.drift import MOST_COUNTED, DriftDetected, DriftHealed, HealedBy, Reaction
from services.deployer.domain.drift import AT_ONCE, FIRST_WAIT, LONGEST_WAIT, DriftPolicy
from services.deployer.domain.hidden import MARK
from services.deployer.reconciler.outcome import AgainAfter, Done
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import SMALL, small_with

WORKLOAD = ("Deployment", "demo-test", "assistant")
SERVICE = ("Service", "demo-test", "assistant")
INVENTORY = ("ConfigMap", "demo-test", "assistant-inventory")


@pytest.fixture
async def life(fake: FakeWorld) -> Life:
    """Given a healthy deployment."""
    found = Life.of(fake)
    await found.publishes(SMALL, "1.0")
    await found.publishes(small_with("registry.test/hello:2"), "2.0")
    await found.publishes(small_with("registry.test/crashes:1"), "3.0")
    await found.runs(1)
    fake.clock.after(60)
    return found


def edit(fake: FakeWorld, replicas: int, place: tuple[str, str, str] = WORKLOAD) -> None:
    """Somebody sets another number of pods with `kubectl edit`."""
    found = deepcopy(fake.objects.objects[place])
    found["spec"]["replicas"] = replicas
    by_hand(fake, found)


def by_hand(fake: FakeWorld, found: dict[str, Any]) -> None:
    """Somebody writes an object."""
    entry = {"manager": "kubectl-edit", "operation": "Update", "time": fake.clock.now().isoformat()}
    found["metadata"]["managedFields"].append(entry)
    metadata = found["metadata"]
    fake.objects.objects[found["kind"], metadata["namespace"], metadata["name"]] = found


def drifts(fake: FakeWorld) -> list[Any]:
    """What was told of drift."""
    return [one.data for one in fake.recorded if isinstance(one.data, DriftDetected | DriftHealed)]


def replicas_of(fake: FakeWorld) -> int:
    """How many pods the Deployment asks for."""
    return int(fake.objects.objects[WORKLOAD]["spec"]["replicas"])


async def test_an_edit_is_told_with_field_values_and_manager_and_put_back(life: Life, fake: FakeWorld) -> None:
    """First told, in a motion of its own; then as declared again, and that is told too."""
    edit(fake, 3)
    edited_at = fake.clock.now()
    fake.clock.after(1)
    assert await life.is_looked_at() == AgainAfter(0)
    (told,) = drifts(fake)
    (drifted,) = told.drifted
    assert (told.reaction, told.times, told.heals_at) == (Reaction.HEALS, 1, fake.clock.now())
    assert (drifted.kind, drifted.name, drifted.deleted) == ("Deployment", "assistant", False)
    assert (drifted.manager, drifted.at) == ("kubectl-edit", edited_at)
    assert [(one.path, one.declared, one.found) for one in drifted.fields] == [(".spec.replicas", "1", "3")]
    assert replicas_of(fake) == 3
    assert await life.settles() == Done()
    assert replicas_of(fake) == 1
    assert [type(one).__name__ for one in drifts(fake)] == ["DriftDetected", "DriftHealed"]
    assert (drifts(fake)[1].healed_by, drifts(fake)[1].objects[0].kind) == (HealedBy.PLATFORM, "Deployment")
    assert life.ends() == {1: ["succeeded"]}


async def test_a_deleted_object_is_told_and_comes_back(life: Life, fake: FakeWorld) -> None:
    """Nobody is named: what is gone has no manager."""
    del fake.objects.objects[SERVICE]
    await life.settles()
    told, healed = drifts(fake)
    assert [(one.kind, one.deleted, one.fields, one.manager) for one in told.drifted] == [("Service", True, (), None)]
    assert healed.healed_by is HealedBy.PLATFORM
    assert SERVICE in fake.objects.objects


async def test_without_the_inventory_only_that_is_told(life: Life, fake: FakeWorld) -> None:
    """What it owned goes with it, and comes back with it."""
    del fake.objects.objects[INVENTORY]
    assert await life.is_looked_at() == AgainAfter(0)
    del fake.objects.objects[SERVICE]
    await life.settles()
    told, _ = drifts(fake)
    assert [(one.kind, one.deleted) for one in told.drifted] == [("ConfigMap", True)]
    assert {INVENTORY, SERVICE} <= fake.objects.objects.keys()


async def test_what_others_add_is_no_drift(life: Life, fake: FakeWorld) -> None:
    """A label and a status of somebody else's: nothing is told, and it stays."""
    found = deepcopy(fake.objects.objects[WORKLOAD])
    found["metadata"]["labels"]["theirs"] = "yes"
    found["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    found["status"] = {"replicas": 1}
    by_hand(fake, found)
    assert await life.settles() == Done()
    assert drifts(fake) == []
    assert fake.objects.objects[WORKLOAD] == found


async def test_only_told_when_the_operator_says_so(life: Life, fake: FakeWorld) -> None:
    """Told once, however often it is looked at; over when somebody puts it back."""
    fake.drift = DriftPolicy.REPORT
    edit(fake, 3)
    del fake.objects.objects[SERVICE]
    for _ in range(3):
        await life.settles()
    (told,) = drifts(fake)
    assert (told.reaction, told.heals_at, len(told.drifted)) == (Reaction.REPORTS, None, 2)
    assert (replicas_of(fake), SERVICE in fake.objects.objects) == (3, False)
    state = await fake.world().deployments.get(DEPLOYMENT)
    assert state is not None
    assert state.drift is not None
    edit(fake, 1)
    await life.settles()
    assert len(drifts(fake)) == 1
    fake.drift = DriftPolicy.HEAL
    await life.settles()
    assert SERVICE in fake.objects.objects
    assert drifts(fake)[-1].healed_by is HealedBy.PLATFORM


async def test_put_back_by_hand_is_told_as_that(life: Life, fake: FakeWorld) -> None:
    """Only reported, and then somebody undid it."""
    fake.drift = DriftPolicy.REPORT
    edit(fake, 3)
    await life.settles()
    edit(fake, 1)
    await life.settles()
    assert drifts(fake)[-1].healed_by is HealedBy.SOMEBODY_ELSE
    state = await fake.world().deployments.get(DEPLOYMENT)
    assert state is not None
    assert state.drift is None


async def test_more_drift_is_told_as_what_is_new(life: Life, fake: FakeWorld) -> None:
    """The second event has only the second object."""
    fake.drift = DriftPolicy.REPORT
    edit(fake, 3)
    await life.settles()
    del fake.objects.objects[SERVICE]
    await life.settles()
    assert [[one.kind for one in told.drifted] for told in drifts(fake)] == [["Deployment"], ["Service"]]


async def test_somebody_who_keeps_changing_it_makes_no_hot_loop(life: Life, fake: FakeWorld) -> None:
    """After the third time in an hour the platform says so and waits, twice as long each time; at most ten minutes."""
    waits = []
    for number in range(1, AT_ONCE + 9):
        edit(fake, 3)
        assert await life.is_looked_at() == AgainAfter(0)
        told = drifts(fake)[-1]
        assert (told.times, told.reaction) == (
            number,
            Reaction.HEALS if number <= AT_ONCE else Reaction.HEALS_LATER,
        )
        outcome = await life.is_looked_at()
        if number > AT_ONCE:
            assert isinstance(outcome, AgainAfter)
            waits.append(timedelta(seconds=outcome.seconds))
            fake.clock.after(outcome.seconds)
            await life.is_looked_at()
        assert replicas_of(fake) == 1
    assert waits[:4] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT, 8 * FIRST_WAIT]
    assert waits[-1] == LONGEST_WAIT
    fake.clock.after(3601)
    edit(fake, 3)
    await life.is_looked_at()
    assert (drifts(fake)[-1].times, drifts(fake)[-1].reaction) == (1, Reaction.HEALS)


async def test_an_approved_change_does_not_wait_for_who_keeps_changing_it(life: Life, fake: FakeWorld) -> None:
    """While the platform waits with healing, somebody asks for an upgrade: it takes what is declared at once."""
    for _ in range(AT_ONCE):
        edit(fake, 3)
        await life.settles()
    edit(fake, 3)
    await life.is_looked_at()
    await life.runs(2, "2.0", intent="upgrade")
    assert life.ends()[2] == ["succeeded"]
    assert replicas_of(fake) == 1
    assert drifts(fake)[-1].healed_by is HealedBy.PLATFORM


async def test_a_change_of_what_is_declared_is_no_drift(life: Life, fake: FakeWorld) -> None:
    """An upgrade, a scale and a way back write other objects, and nobody calls that drift."""
    await life.runs(2, "2.0", intent="upgrade")
    await life.runs(3, "2.0", intent="scale", replicas=2)
    await life.runs(4, "3.0", intent="upgrade")
    await life.settles()
    assert life.ends()[4] == ["rolledback"]
    assert drifts(fake) == []


async def test_healing_never_brings_back_what_failed_here(life: Life, fake: FakeWorld) -> None:
    """After the way back, somebody sets the failed image by hand: what is put back is what was healthy."""
    await life.runs(2, "3.0", intent="upgrade")
    assert life.ends()[2] == ["rolledback"]
    found = deepcopy(fake.objects.objects[WORKLOAD])
    found["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.test/crashes:1"
    by_hand(fake, found)
    await life.settles()
    told, healed = drifts(fake)
    assert told.drifted[0].fields[0].found == "registry.test/crashes:1"
    assert (told.revision, told.version, healed.healed_by) == (1, "1.0", HealedBy.PLATFORM)
    image = fake.objects.objects[WORKLOAD]["spec"]["template"]["spec"]["containers"][0]["image"]
    assert image == "registry.test/hello:1"
    state = await fake.world().deployments.get(DEPLOYMENT)
    assert state is not None
    assert [one.version for one in state.quarantine] == ["3.0"]


async def test_what_no_rollout_applied_was_not_deleted_by_anybody(fake: FakeWorld) -> None:
    """The first rollout ended before all was in the cluster: what is missing is made, and called no drift."""
    life = Life.of(fake)
    await life.publishes(SMALL, "1.0")
    await life.starts(1)
    await life.is_looked_at()
    await life.asks(2)
    await life.is_rejected(2)
    state = await fake.world().deployments.get(DEPLOYMENT)
    assert state is not None
    assert not state.under_way
    del fake.objects.objects[SERVICE]
    await life.settles()
    assert drifts(fake) == []


async def test_a_removal_is_no_drift(life: Life, fake: FakeWorld) -> None:
    """What goes because somebody asked for it; and a drift that lasted ends with it."""
    fake.drift = DriftPolicy.REPORT
    edit(fake, 3)
    await life.settles()
    await life.removes(2)
    await life.settles()
    assert life.ends()[2] == ["removed"]
    assert len(drifts(fake)) == 1
    state = await fake.world().deployments.get(DEPLOYMENT)
    assert state is not None
    assert (state.drift, state.drift_times) == (None, ())


async def test_a_secret_that_somebody_wrote_elsewhere_is_hidden(fake: FakeWorld) -> None:
    """The value of a secret in a plain variable: a mark stands in its place."""
    life = Life.of(fake)
    described = SMALL.model_dump(mode="json")
    secret = {"name": "password", "env": "PASSWORD", "title": {"nl": "Wachtwoord", "en": "Password"}, "secret": True}
    spec = AppSpec.model_validate({**described, "parameters": [{**secret, "generated": True}]})
    await life.publishes(spec, "1.0")
    await life.runs(1)
    value = await fake.secrets.generated(DEPLOYMENT, "password")
    found = deepcopy(fake.objects.objects[WORKLOAD])
    found["spec"]["template"]["spec"]["containers"][0]["image"] = f"registry.test/{value}:1"
    by_hand(fake, found)
    await life.is_looked_at()
    (told,) = drifts(fake)
    assert told.drifted[0].fields[0].found == f"registry.test/{MARK}:1"
    assert value not in str(told)


async def test_what_is_left_as_it_is_is_watched_all_the_same(life: Life, fake: FakeWorld) -> None:
    """Only reported, and then its pods stop: the team hears of that too."""
    fake.drift = DriftPolicy.REPORT
    found = deepcopy(fake.objects.objects[WORKLOAD])
    found["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.test/crashes:1"
    by_hand(fake, found)
    asked: list[str] = []

    async def observe(deployment: str) -> None:
        asked.append(deployment)

    cluster = fake.cluster
    cluster.observe = observe  # type: ignore[method-assign]
    fake.other_cluster = cluster
    await life.settles()
    assert asked == [DEPLOYMENT]


async def test_another_value_of_a_told_field_is_told_but_not_for_ever(life: Life, fake: FakeWorld) -> None:
    """A field that changes all the time makes a bounded number of events in an hour."""
    fake.drift = DriftPolicy.REPORT
    for replicas in range(2, 2 * MOST_COUNTED):
        edit(fake, replicas)
        await life.settles()
    assert [one.drifted[0].fields[0].found for one in drifts(fake)][:3] == ["2", "3", "4"]
    assert len(drifts(fake)) == MOST_COUNTED
