"""Which pods are of the newest template: those of the ReplicaSet that has it, as Kubernetes' own controller decides."""

from copy import deepcopy
from typing import Any

from services.deployer.adapters.kubernetes.observing import split
from services.deployer.adapters.kubernetes.trimmed import replica_set

REVISION = "deployment.kubernetes.io/revision"


def template(image: str) -> dict[str, Any]:
    """What pods are made of."""
    return {"metadata": {"labels": {"app": "papers"}}, "spec": {"containers": [{"name": "app", "image": image}]}}


def made(image: str, revision: str, created: str = "2026-11-24T12:00:00Z") -> dict[str, Any]:
    """A ReplicaSet as the watch keeps it; the controller adds a label of its own to the template."""
    pods = deepcopy(template(image))
    pods["metadata"]["labels"]["pod-template-hash"] = f"hash-of-{image}"
    owner = {"uid": "workload"}
    metadata = {"name": image, "uid": f"set-{created}-{image}", "creationTimestamp": created}
    return replica_set(
        {
            "metadata": {**metadata, "ownerReferences": [owner], "annotations": {REVISION: revision}},
            "spec": {"replicas": 1, "template": pods},
        }
    )


def pod(name: str, owner: dict[str, Any]) -> dict[str, Any]:
    """A pod of a ReplicaSet."""
    owners = [{"uid": owner["metadata"]["uid"]}]
    return {"metadata": {"name": name, "creationTimestamp": "2026-11-24T12:00:00Z", "ownerReferences": owners}}


def workload(image: str, revision: str, generation: int = 2, observed: int = 2) -> dict[str, Any]:
    """The Deployment."""
    metadata = {"uid": "workload", "generation": generation, "annotations": {REVISION: revision}}
    return {"metadata": metadata, "spec": {"template": template(image)}, "status": {"observedGeneration": observed}}


def names(pods: list[dict[str, Any]]) -> list[str]:
    """What they are called."""
    return [one["metadata"]["name"] for one in pods]


def test_back_to_an_older_template_pods_of_the_last_one_are_old_at_once() -> None:
    """The controller renumbers the old ReplicaSet first: for a moment the number would point at the last one."""
    old, last = made("app:1", "11"), made("app:2", "10")
    newest, older = split(workload("app:1", "10"), [old, last], [pod("a", last), pod("b", last)])
    assert (names(newest), names(older)) == ([], ["a", "b"])


def test_pods_of_the_template_are_the_newest() -> None:
    """Whatever the controller has added to it, and whichever number it has."""
    old, last = made("app:1", "11"), made("app:2", "10")
    newest, older = split(workload("app:1", "11"), [old, last], [pod("a", old), pod("b", last)])
    assert (names(newest), names(older)) == (["a"], ["b"])


def test_until_the_controller_has_looked_there_are_none() -> None:
    """What it has not seen it has made no pods for."""
    last = made("app:2", "1")
    newest, older = split(workload("app:2", "1", observed=1), [last], [pod("a", last)])
    assert (names(newest), names(older)) == ([], ["a"])


def test_of_two_with_the_template_the_older_counts() -> None:
    """A hash that collided made a second one; Kubernetes takes the first."""
    first, second = made("app:1", "2"), made("app:1", "3", created="2026-11-24T12:00:09Z")
    newest, _ = split(workload("app:1", "2"), [second, first], [pod("a", first), pod("b", second)])
    assert names(newest) == ["a"]
