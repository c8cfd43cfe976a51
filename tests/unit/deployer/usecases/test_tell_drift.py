"""What is told of a drift can be read again, and is told after a cancel as well."""

from copy import deepcopy

import pytest

from contracts.deployments.drift import DriftDetected
from services.deployer.domain.drift import DriftPolicy
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import SMALL, small_with

SERVICE = ("Service", "demo-test", "assistant")
WORKLOAD = ("Deployment", "demo-test", "assistant")


async def test_a_value_that_grew_by_its_mark_can_be_read_again(fake: FakeWorld) -> None:
    """A mark is longer than a short password: what is told and what is remembered of it stay as long as they may be."""
    life = Life.of(fake)
    await life.publishes(SMALL, "1.0")
    await life.runs(1)
    found = deepcopy(fake.objects.objects[WORKLOAD])
    found["spec"]["template"]["spec"]["containers"][0]["image"] = "y" * 112 + " token=a"
    entry = {"manager": "kubectl-edit", "operation": "Update", "time": fake.clock.now().isoformat()}
    found["metadata"]["managedFields"].append(entry)
    fake.objects.objects[WORKLOAD] = found
    await life.is_looked_at()
    (told,) = [one.data for one in fake.recorded if isinstance(one.data, DriftDetected)]
    assert DriftDetected.model_validate(told.model_dump(mode="json")) == told
    assert str(told.drifted[0].fields[0].found).endswith("…")
    state = await fake.world().deployments.get(DEPLOYMENT)
    assert state is not None
    assert type(state).model_validate(state.model_dump(mode="json")) == state


@pytest.mark.parametrize("policy", DriftPolicy)
async def test_after_a_cancel_drift_is_told_too(policy: DriftPolicy, fake: FakeWorld) -> None:
    """Nothing is undone in silence once an upgrade was taken back, and nothing at all where drift is only told."""
    fake.drift = policy
    life = Life.of(fake)
    await life.publishes(SMALL, "1.0")
    await life.publishes(small_with("registry.test/hello:2"), "2.0")
    await life.runs(1)
    await life.starts(2, "2.0")
    await life.is_looked_at()
    await life.cancels(3, 2)
    await life.settles()
    assert life.ends()[2] == ["cancelled"]
    assert not [one for one in fake.recorded if isinstance(one.data, DriftDetected)]
    del fake.objects.objects[SERVICE]
    await life.settles()
    (told,) = [one.data for one in fake.recorded if isinstance(one.data, DriftDetected)]
    assert [(one.kind, one.deleted) for one in told.drifted] == [("Service", True)]
    assert (SERVICE in fake.objects.objects) is (policy is DriftPolicy.HEAL)
