"""How the simulated cluster gets from one template to the next, as Kubernetes' controllers do."""

from dataclasses import replace

import pytest

from contracts.apps.spec import AppSpec
from services.deployer.adapters.sandbox.cluster import SandboxCluster
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.observed import Observation
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT, START, an_environment
from tests.unit.deployer.specs import SMALL, small_with

FACTS = DeploymentFacts(DEPLOYMENT, "assistant", "assistant", "1.0", 1, an_environment(), replicas=2)
NEWER = small_with("registry.test/hello:2")
BROKEN = small_with("registry.test/crashes:1")


def with_data(spec: AppSpec) -> AppSpec:
    """The same app, keeping data: its claim can't be held by two pods at once."""
    return AppSpec.model_validate({**spec.model_dump(mode="json"), "volumes": [{"name": "data", "size": "1Gi"}]})


async def applied(fake: FakeWorld, spec: AppSpec = SMALL, facts: DeploymentFacts = FACTS) -> Observation:
    """What is seen right after applying."""
    cluster = SandboxCluster(fake.objects, fake.watched, fake.clock, fake.new_id)
    await cluster.apply(DEPLOYMENT, build(facts, spec))
    found = await cluster.observe(DEPLOYMENT)
    assert found is not None
    return found


async def complete(fake: FakeWorld, spec: AppSpec = SMALL, facts: DeploymentFacts = FACTS) -> list[tuple[int, int]]:
    """How many pods of the newest template were ready, and how many in all, at each change until it is over."""
    seen = []
    for _ in range(50):
        found = await applied(fake, spec, facts)
        seen.append((found.ready, len(found.pods) + found.outdated))
        if found.complete:
            return seen
        assert found.next_change_at is not None
        fake.clock.after(max((found.next_change_at - fake.clock.now()).total_seconds(), 0.001))
    pytest.fail("it is never complete")


async def images(fake: FakeWorld) -> list[str]:
    """The image of each pod there is."""
    return sorted(pod["spec"]["containers"][0]["image"] for pod in await fake.objects.of_kind("Pod"))


async def test_old_pods_stay_until_new_ones_are_ready(fake: FakeWorld) -> None:
    """One pod more than asked for at a time, and never fewer than asked for that are ready."""
    await complete(fake)
    steps = await complete(fake, NEWER)
    assert max(total for _, total in steps) == 3
    assert min(total for _, total in steps) == 2
    assert await images(fake) == ["registry.test/hello:2"] * 2


async def test_a_broken_template_takes_nobody_away(fake: FakeWorld) -> None:
    """However long it crashes, both old pods go on."""
    await complete(fake)
    for _ in range(5):
        found = await applied(fake, BROKEN)
        fake.clock.after(30)
    assert (found.ready, len(found.pods), found.outdated) == (0, 1, 2)


async def test_going_back_keeps_the_pods_that_are_still_there(fake: FakeWorld) -> None:
    """The earlier template finds its own pods: the broken one goes at once, and nobody is restarted."""
    await complete(fake)
    before = {pod["metadata"]["uid"] for pod in await fake.objects.of_kind("Pod")}
    await applied(fake, BROKEN)
    fake.clock.after(10)
    assert (await applied(fake)).complete
    assert {pod["metadata"]["uid"] for pod in await fake.objects.of_kind("Pod")} == before


async def test_recreate_stops_the_old_pods_first(fake: FakeWorld) -> None:
    """A claim that one pod holds at a time: the old pods are gone before the new ones come."""
    await complete(fake, with_data(SMALL))
    found = await applied(fake, with_data(NEWER))
    assert (found.ready, len(found.pods), found.outdated) == (0, 2, 0)
    assert await images(fake) == ["registry.test/hello:2"] * 2


async def test_scaling_adds_and_takes_away_pods_and_no_more(fake: FakeWorld) -> None:
    """The pods there were stay, up and down; no pods at all is complete too."""
    await complete(fake)
    first = {pod["metadata"]["uid"] for pod in await fake.objects.of_kind("Pod")}
    await complete(fake, SMALL, replace(FACTS, replicas=4))
    assert first < {pod["metadata"]["uid"] for pod in await fake.objects.of_kind("Pod")}
    await complete(fake)
    assert {pod["metadata"]["uid"] for pod in await fake.objects.of_kind("Pod")} == first
    assert (await complete(fake, SMALL, replace(FACTS, replicas=0)))[-1] == (0, 0)


async def test_scaling_down_takes_the_pod_that_is_not_ready(fake: FakeWorld) -> None:
    """A ReplicaSet keeps what is ready, and of that the oldest."""
    await complete(fake, SMALL, replace(FACTS, replicas=1))
    kept = [pod["metadata"]["uid"] for pod in await fake.objects.of_kind("Pod")]
    await applied(fake, SMALL, replace(FACTS, replicas=3))
    await applied(fake, SMALL, replace(FACTS, replicas=1))
    assert [pod["metadata"]["uid"] for pod in await fake.objects.of_kind("Pod")] == kept


async def test_a_restart_replaces_every_pod(fake: FakeWorld) -> None:
    """Another moment on the template is another template."""
    await complete(fake)
    first = {pod["metadata"]["uid"] for pod in await fake.objects.of_kind("Pod")}
    await complete(fake, SMALL, replace(FACTS, restarted_at=START))
    assert not first & {pod["metadata"]["uid"] for pod in await fake.objects.of_kind("Pod")}


async def test_what_did_not_change_is_not_written(fake: FakeWorld) -> None:
    """An upgrade writes the workload; the other objects keep their resource version."""
    await complete(fake)
    before = await versions(fake)
    await complete(fake, NEWER, replace(FACTS, version="2.0", generation=2))
    after = await versions(fake)
    assert [kind for kind, version in before.items() if after[kind] != version] == ["Deployment/assistant"]


async def test_what_a_newer_version_no_longer_has_is_gone(fake: FakeWorld) -> None:
    """Without public ports there is no Service and no policy that lets anybody in."""
    await complete(fake)
    hidden = SMALL.model_dump(mode="json")
    hidden["containers"][0]["ports"][0]["public"] = False
    await complete(fake, AppSpec.model_validate(hidden))
    assert sorted(await versions(fake)) == [
        "ConfigMap/assistant-inventory",
        "Deployment/assistant",
        "NetworkPolicy/assistant-deny",
        "PodDisruptionBudget/assistant",
        "ServiceAccount/assistant",
    ]


async def versions(fake: FakeWorld) -> dict[str, str]:
    """The resource version of every object of the deployment, but its pods."""
    found = await fake.objects.of_deployment(DEPLOYMENT)
    return {
        f"{one['kind']}/{one['metadata']['name']}": one["metadata"]["resourceVersion"]
        for one in found
        if one["kind"] != "Pod"
    }
