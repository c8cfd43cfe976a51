"""The inventory lists what belongs to a deployment and owns all of it but the data; the sandbox prunes by it."""

from typing import Any

from contracts.apps.spec import AppSpec
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.inventory import entry_of, is_inventory, listed, owned
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT, an_environment, an_id
from tests.unit.deployer.specs import EVERYTHING, SMALL, WITH_SETTINGS
from tests.unit.deployer.test_sandbox_cluster import sandbox

FACTS = DeploymentFacts(DEPLOYMENT, "assistant", "assistant", "1.0", 1, an_environment())
UID = an_id(0xF00)


def without_public(spec: AppSpec) -> AppSpec:
    """The same app, reached by nobody."""
    described = spec.model_dump(mode="json")
    for container in described["containers"]:
        for port in container["ports"]:
            port["public"] = False
    return AppSpec.model_validate(described)


async def kinds(fake: FakeWorld) -> dict[str, dict[str, Any]]:
    """The metadata of the deployment's objects, by kind."""
    return {one["kind"]: one["metadata"] for one in await fake.objects.of_deployment(DEPLOYMENT)}


def test_it_lists_everything_of_the_deployment_and_nothing_of_the_team() -> None:
    """The first object after the namespace, with every other one on it, the Secret too; itself and the team's not."""
    objects = build(FACTS, EVERYTHING)
    namespace, inventory, *others = objects
    assert (namespace["kind"], inventory["kind"], is_inventory(inventory)) == ("Namespace", "ConfigMap", True)
    assert listed(inventory) == {entry_of(one) for one in others}
    assert ("v1", "Secret", "assistant-settings") in listed(build(FACTS, WITH_SETTINGS)[1])


def test_data_and_what_is_shared_have_no_owner() -> None:
    """A removal by garbage collection takes neither a claim nor the team's namespace."""
    without = {one["kind"] for one in build(FACTS, EVERYTHING) if owned(one, "assistant-inventory", UID) == one}
    assert without == {"Namespace", "ConfigMap", "PersistentVolumeClaim"}


async def test_what_is_applied_is_owned_by_the_stored_inventory(fake: FakeWorld) -> None:
    """The owner's uid is that of the ConfigMap in the cluster, and applying again writes nothing."""
    await sandbox(fake).apply(DEPLOYMENT, build(FACTS, EVERYTHING))
    found = await kinds(fake)
    owner = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "name": "assistant-inventory",
        "uid": found["ConfigMap"]["uid"],
    }
    assert found["Deployment"]["ownerReferences"] == found["Service"]["ownerReferences"] == [owner]
    assert "ownerReferences" not in found["PersistentVolumeClaim"]
    assert await sandbox(fake).apply(DEPLOYMENT, build(FACTS, EVERYTHING)) == 0


async def test_an_owner_that_somebody_took_away_is_set_again(fake: FakeWorld) -> None:
    """Without it the object would outlive its deployment."""
    await sandbox(fake).apply(DEPLOYMENT, build(FACTS, SMALL))
    place = ("Service", "demo-test", "assistant")
    metadata = {name: value for name, value in fake.objects.objects[place]["metadata"].items() if name != "labels"}
    labels = fake.objects.objects[place]["metadata"]["labels"]
    del metadata["ownerReferences"]
    fake.objects.objects[place] = {**fake.objects.objects[place], "metadata": {**metadata, "labels": labels}}
    assert await sandbox(fake).apply(DEPLOYMENT, build(FACTS, SMALL)) == 1
    assert "ownerReferences" in fake.objects.objects[place]["metadata"]


async def test_what_is_owned_and_no_longer_listed_is_pruned(fake: FakeWorld) -> None:
    """A version without public ports has no Service; a claim that is not listed stays."""
    await sandbox(fake).apply(DEPLOYMENT, build(FACTS, EVERYTHING))
    described = without_public(EVERYTHING).model_dump(mode="json")
    described["volumes"][0]["persistent"] = False
    await sandbox(fake).apply(DEPLOYMENT, build(FACTS, AppSpec.model_validate(described)))
    assert "Service" not in await kinds(fake)
    assert "PersistentVolumeClaim" in await kinds(fake)


async def test_somebody_elses_object_with_our_label_is_left_alone(fake: FakeWorld) -> None:
    """Neither pruning nor a removal takes what nobody of ours wrote and no inventory owns."""
    await sandbox(fake).apply(DEPLOYMENT, build(FACTS, SMALL))
    labels = {"appstore.nl/deployment": DEPLOYMENT}
    by_hand = {"name": "by-hand", "namespace": "demo-test", "uid": UID, "labels": labels, "managedFields": []}
    await fake.objects.put({"apiVersion": "v1", "kind": "Service", "metadata": by_hand, "spec": {}})
    await sandbox(fake).apply(DEPLOYMENT, build(FACTS, without_public(SMALL)))
    await sandbox(fake).delete(DEPLOYMENT)
    assert sorted(place for place in fake.objects.objects if place[0] != "Node") == [
        ("Namespace", "", "demo-test"),
        ("Service", "demo-test", "by-hand"),
    ]


async def test_objects_of_a_release_without_inventories_are_adopted(fake: FakeWorld) -> None:
    """They get their owner with the next apply; what is no longer declared goes, and so does all of it at the end."""
    await sandbox(fake).apply(DEPLOYMENT, [one for one in build(FACTS, EVERYTHING) if not is_inventory(one)])
    assert "ownerReferences" not in (await kinds(fake))["Service"]
    await sandbox(fake).apply(DEPLOYMENT, build(FACTS, without_public(EVERYTHING)))
    found = await kinds(fake)
    assert "ownerReferences" in found["Deployment"]
    assert "Service" not in found
    assert (await sandbox(fake).delete(DEPLOYMENT)).remaining == 0
    assert await kinds(fake) == {}
