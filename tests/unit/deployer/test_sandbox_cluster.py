"""The simulated cluster behind its port: apply, observe, delete."""

from typing import Any

import pytest

from contracts.apps.spec import AppSpec
from services.deployer.adapters.sandbox.cluster import SandboxCluster
from services.deployer.domain.kubernetes_words import QuotaWords, exceeded_quota
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.observed import Observation
from services.deployer.ports import ObjectRefused
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT, an_environment, an_id
from tests.unit.deployer.specs import SMALL, small_with

OTHER = an_id(0xD002)


def sandbox(fake: FakeWorld) -> SandboxCluster:
    """The cluster on the world's store."""
    return SandboxCluster(fake.objects, fake.watched, fake.clock, fake.new_id)


def manifests(
    spec: AppSpec = SMALL,
    deployment: str = DEPLOYMENT,
    name: str = "assistant",
    environment: str = "test",
) -> tuple[dict[str, Any], ...]:
    """The objects of a deployment."""
    return build(DeploymentFacts(deployment, name, "assistant", "1.0", 1, an_environment(environment)), spec)


async def seen(fake: FakeWorld, deployment: str = DEPLOYMENT) -> Observation:
    """What the cluster shows."""
    found = await sandbox(fake).observe(deployment)
    assert found is not None
    return found


async def test_applying_the_same_again_writes_nothing(fake: FakeWorld) -> None:
    """Level-triggered: the second time there is nothing to do."""
    assert await sandbox(fake).apply(DEPLOYMENT, manifests()) == len(manifests())
    before, revision = fake.objects.writes, fake.objects.revision
    fake.clock.after(60)
    assert await sandbox(fake).apply(DEPLOYMENT, manifests()) == 0
    assert (fake.objects.writes, fake.objects.revision) == (before, revision)


async def test_objects_have_what_an_api_server_adds(fake: FakeWorld) -> None:
    """A uid, a resource version and a moment of creation, kept when the object changes."""
    await sandbox(fake).apply(DEPLOYMENT, manifests())
    first = (await fake.objects.named("Deployment", "demo-test", "assistant") or {})["metadata"]
    fake.clock.after(60)
    await sandbox(fake).apply(DEPLOYMENT, manifests(small_with("registry.test/hello:2")))
    second = (await fake.objects.named("Deployment", "demo-test", "assistant") or {})["metadata"]
    assert (first["uid"], first["creationTimestamp"]) == (second["uid"], second["creationTimestamp"])
    assert int(second["resourceVersion"]) > int(first["resourceVersion"])
    assert (first["generation"], second["generation"]) == (1, 2)


async def test_an_invalid_object_is_refused_by_field_and_nothing_is_written(fake: FakeWorld) -> None:
    """As a 422 does, the refusal names kind, name and field; nothing is half applied."""
    objects = manifests()
    objects[-2]["spec"]["replicas"] = "two"
    with pytest.raises(ObjectRefused) as refused:
        await sandbox(fake).apply(DEPLOYMENT, objects)
    assert (refused.value.kind, refused.value.name, refused.value.field) == ("Deployment", "assistant", "spec.replicas")
    assert fake.objects.objects == {}


async def test_an_unknown_field_is_refused(fake: FakeWorld) -> None:
    """Strict: a field that Kubernetes does not know is a mistake, not a wish."""
    objects = manifests()
    objects[-2]["spec"]["replica"] = 2
    with pytest.raises(ObjectRefused, match="replica"):
        await sandbox(fake).apply(DEPLOYMENT, objects)


async def test_a_mount_without_its_volume_is_refused(fake: FakeWorld) -> None:
    """References within the object are checked, as the API server does."""
    described = SMALL.model_dump(mode="json")
    described["containers"][0]["mounts"] = [{"volume": "data", "path": "/data"}]
    with pytest.raises(ObjectRefused, match=r"volumeMounts\[0\].name"):
        await sandbox(fake).apply(DEPLOYMENT, manifests(AppSpec.model_validate(described)))


async def test_what_is_somebody_elses_is_not_touched(fake: FakeWorld) -> None:
    """Two deployments of one name in one namespace: the second is refused, the first unchanged."""
    await sandbox(fake).apply(DEPLOYMENT, manifests())
    before = dict(fake.objects.objects)
    with pytest.raises(ObjectRefused, match="somebody else"):
        await sandbox(fake).apply(OTHER, manifests(deployment=OTHER))
    assert fake.objects.objects == before


async def test_the_teams_namespace_is_shared_and_stays(fake: FakeWorld) -> None:
    """It is made once, and outlives the last deployment in it."""
    await sandbox(fake).apply(DEPLOYMENT, manifests())
    await sandbox(fake).apply(OTHER, manifests(deployment=OTHER, name="other"))
    await sandbox(fake).delete(DEPLOYMENT)
    await sandbox(fake).delete(OTHER)
    assert [key for key in fake.objects.objects if key[0] != "Node"] == [("Namespace", "", "demo-test")]


async def test_a_restart_shows_the_same(fake: FakeWorld) -> None:
    """The status follows from objects, file and clock: a new instance at the same moment sees the same."""
    await sandbox(fake).apply(DEPLOYMENT, manifests())
    for seconds in (0, 1.5, 0.6, 1, 30):
        fake.clock.after(seconds)
        assert await sandbox(fake).observe(DEPLOYMENT) == await sandbox(fake).observe(DEPLOYMENT)


async def test_a_changed_template_replaces_the_pods(fake: FakeWorld) -> None:
    """A new image means new pods; the same image keeps the old ones."""
    await sandbox(fake).apply(DEPLOYMENT, manifests())
    first = (await seen(fake)).pods[0].name
    await sandbox(fake).apply(DEPLOYMENT, manifests())
    assert (await seen(fake)).pods[0].name == first
    await sandbox(fake).apply(DEPLOYMENT, manifests(small_with("registry.test/hello:2")))
    changed = await seen(fake)
    assert [pod.name != first for pod in changed.pods] == [True]


async def test_an_image_outlives_the_pod_that_brought_it(fake: FakeWorld) -> None:
    """The second deployment on a node finds the image of the first, though that one is gone."""
    await sandbox(fake).apply(DEPLOYMENT, manifests())
    fake.clock.after(5)
    await sandbox(fake).delete(DEPLOYMENT)
    await sandbox(fake).apply(OTHER, manifests(deployment=OTHER, name="other"))
    reasons = [one.reason.value for one in (await seen(fake, OTHER)).happened]
    assert reasons == ["Scheduled", "Pulled", "Started"]


async def test_the_quota_keeps_pods_from_being_made(fake: FakeWorld) -> None:
    """The Deployment stands, its pods do not, and the observation says what was asked, used and allowed."""
    two = small_with().model_copy(update={"replicas": 3})
    await sandbox(fake).apply(DEPLOYMENT, manifests(two, environment="production"))
    found = await seen(fake)
    assert (found.wanted, len(found.pods)) == (3, 2)
    assert found.not_created is not None
    words = QuotaWords("appstore", "requests.memory", "512Mi", "1Gi", "1Gi")
    assert exceeded_quota(found.not_created.message) == words


async def test_room_that_comes_free_is_used(fake: FakeWorld) -> None:
    """A pod that waited gets its node when another deployment goes."""
    await sandbox(fake).apply(DEPLOYMENT, manifests(small_with(gpu=1)))
    await sandbox(fake).apply(OTHER, manifests(small_with(gpu=1), deployment=OTHER, name="other"))
    waiting = (await seen(fake, OTHER)).pods[0]
    assert (waiting.node, waiting.shortage is not None) == (None, True)
    await sandbox(fake).delete(DEPLOYMENT)
    assert (await seen(fake, OTHER)).pods[0].node == "gpu-1"


async def test_data_stays_while_the_deployment_does(fake: FakeWorld) -> None:
    """A claim that a newer version no longer declares is kept; other objects are not."""
    described = SMALL.model_dump(mode="json")
    described["volumes"] = [{"name": "data", "size": "1Gi"}]
    await sandbox(fake).apply(DEPLOYMENT, manifests(AppSpec.model_validate(described)))
    hidden = SMALL.model_dump(mode="json")
    hidden["containers"][0]["ports"][0]["public"] = False
    await sandbox(fake).apply(DEPLOYMENT, manifests(AppSpec.model_validate(hidden)))
    kinds = {one["kind"] for one in await fake.objects.of_deployment(DEPLOYMENT)}
    assert kinds == {"ConfigMap", "ServiceAccount", "NetworkPolicy", "PersistentVolumeClaim", "Deployment", "Pod"}
