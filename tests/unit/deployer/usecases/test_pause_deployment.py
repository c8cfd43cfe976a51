"""A deployment stands still because its team asks so, and runs again as it was."""

from typing import Any

import pytest

from contracts.deployments.requests import Intent
from services.deployer.reconciler.outcome import Done
from tests.fakes.cluster_conformance import AUTOSCALER, scaling
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import WITH_SETTINGS, keeping_data, small_with

PAUSE: dict[str, Any] = {"intent": Intent.PAUSE, "paused": True}


@pytest.fixture
async def life(fake: FakeWorld) -> Life:
    """Given a deployment with three pods, of an app with settings."""
    found = Life.of(fake)
    await found.publishes(WITH_SETTINGS, "1.0")
    await found.publishes(small_with("registry.test/hello:2"), "2.0")
    await found.publishes(small_with("registry.test/crashes:1"), "3.0")
    await found.runs(1, replicas=3, parameters={"languages": "de"})
    return found


async def pauses(life: Life, generation: int, version: str = "1.0", **wishes: Any) -> None:
    """A team asks for the pause, and it is followed to its end; nobody decides."""
    await life.asks(generation, version, **PAUSE, **wishes)
    await life.settles()


async def test_a_pause_takes_the_pods_and_nothing_else(life: Life) -> None:
    """Without any decision: no pods, and every other object stays; it succeeds with nothing running."""
    objects = await life.objects()
    await pauses(life, 2, replicas=3, parameters={"languages": "de"})
    assert await life.pods() == {}
    paused = await life.objects()
    workload = paused.pop("Deployment/assistant")
    assert workload["spec"] == {**objects.pop("Deployment/assistant")["spec"], "replicas": 0}
    assert paused == objects
    assert (life.last("DeploymentSucceeded").replicas, life.ends()) == (0, {1: ["succeeded"], 2: ["succeeded"]})
    assert await life.settles() == Done()


async def test_a_pause_of_a_rollout_keeps_what_was_healthy(life: Life, fake: FakeWorld) -> None:
    """An upgrade that never succeeded stands still as nothing: the version before it does, and comes back."""
    await life.starts(2, "3.0")
    await life.is_looked_at()
    await pauses(life, 3, "3.0")
    assert (life.ends()[3], await life.pods()) == (["succeeded"], {})
    state = await fake.world().deployments.get(DEPLOYMENT)
    assert state is not None
    assert state.proven is not None
    assert (state.version, state.proven.version, state.quarantine) == ("1.0", "1.0", ())
    await life.asks(4, "1.0", intent=Intent.RESUME, replicas=3, parameters={"languages": "de"})
    await life.is_approved(4, "1.0")
    await life.settles()
    assert (life.ends()[4], len(await life.pods())) == (["succeeded"], 3)


async def test_a_resume_brings_back_what_was(life: Life) -> None:
    """As many pods, with the same settings; and only once compliance decided."""
    objects = await life.objects()
    await pauses(life, 2, replicas=3, parameters={"languages": "de"})
    await life.asks(3, intent=Intent.RESUME, replicas=3, parameters={"languages": "de"})
    await life.settles()
    assert await life.pods() == {}
    await life.is_approved(3)
    await life.settles()
    resumed = await life.objects()
    resumed["Deployment/assistant"]["metadata"]["labels"]["appstore.nl/generation"] = "1"
    assert (resumed, len(await life.pods())) == (objects, 3)


async def test_an_autoscaler_goes_and_comes_back(fake: FakeWorld) -> None:
    """Nothing is there that would bring pods of what is paused; the data stays where it is."""
    life = Life.of(fake)
    await life.publishes(scaling(keeping_data()), "1.0")
    await life.runs(1)
    pods, claims = len(await life.pods()), [name for name in await life.objects() if "VolumeClaim" in name]
    await pauses(life, 2)
    objects = await life.objects()
    assert (await life.pods(), f"{AUTOSCALER}/assistant" in objects) == ({}, False)
    assert len(claims) == 1
    assert set(claims) <= set(objects)
    await life.runs(3, intent=Intent.RESUME)
    assert (len(await life.pods()), f"{AUTOSCALER}/assistant" in await life.objects()) == (pods, True)


async def test_what_changes_meanwhile_waits_for_the_resume(life: Life) -> None:
    """An upgrade, a setting and a number of pods start nothing; resumed, it has them all."""
    await pauses(life, 2)
    await life.runs(3, "2.0", intent=Intent.UPGRADE, replicas=2, paused=True)
    assert (await life.pods(), life.ends()[3]) == ({}, ["succeeded"])
    await life.runs(4, "2.0", intent=Intent.RESUME, replicas=2)
    assert list((await life.pods()).values()) == ["registry.test/hello:2"] * 2


async def test_a_pause_brings_in_nothing_that_nobody_decided_on(life: Life) -> None:
    """Whatever else stands in the request, what runs is what stands still."""
    await pauses(life, 2, "3.0", parameters={"languages": "fr"})
    container = (await life.objects())["Deployment/assistant"]["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "registry.test/hello:1"
    assert {"name": "LANGUAGES", "value": "de"} in container["env"]
    assert life.last("DeploymentStarted").version == "1.0"


async def test_nothing_can_be_paused_before_it_began(fake: FakeWorld) -> None:
    """It ends as failed, says why, and the cluster is not touched."""
    life = Life.of(fake)
    await life.publishes(WITH_SETTINGS, "1.0")
    await pauses(life, 1)
    assert (life.last("DeploymentFailed").cause, life.ends()) == ("manifest-invalid", {1: ["failed"]})
    assert await life.objects() == {}


async def test_a_decision_on_a_pause_changes_nothing(life: Life) -> None:
    """One that comes all the same finds it begun."""
    await life.asks(2, **PAUSE)
    await life.is_rejected(2)
    await life.is_approved(2)
    await life.settles()
    assert (await life.pods(), life.ends()[2]) == ({}, ["succeeded"])


async def test_a_resume_that_fails_is_paused_again_and_may_be_asked_again(life: Life) -> None:
    """What was before it comes back: nothing that runs; asking once more is not kept out."""
    await pauses(life, 2)
    await life.runs(3, "3.0", intent=Intent.UPGRADE, paused=True)
    await life.runs(4, "3.0", intent=Intent.RESUME)
    assert (life.ends()[4], await life.pods()) == (["rolledback"], {})
    await life.starts(5, "3.0", intent=Intent.RESUME)
    assert 5 not in life.ends()
    assert (await life.is_looked_at()) != Done()


async def test_a_pause_may_be_taken_back_and_what_is_paused_removed(life: Life) -> None:
    """Taken back while it is under way, all pods are there again; removed, nothing is left."""
    await life.asks(2, **PAUSE)
    await life.cancels(3, 2)
    await life.settles()
    assert (len(await life.pods()), life.ends()[2]) == (3, ["cancelled"])
    await pauses(life, 4)
    await life.removes(5)
    await life.settles()
    assert (await life.objects(), life.ends()[5]) == ({}, ["removed"])
