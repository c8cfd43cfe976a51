"""What is told of a drift can be read again, whatever somebody wrote into the object."""

from copy import deepcopy

from contracts.deployments.drift import DriftDetected
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import SMALL

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
