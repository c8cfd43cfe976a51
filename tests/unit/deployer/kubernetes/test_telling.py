"""Of the many changes that controllers make, those are told that an observation or a repair is made of."""

from typing import Any

import pytest

from services.deployer.adapters.kubernetes.kinds import CLAIM, DEPLOYMENT_KIND, POD, REPLICA_SET, Kind, kind_of
from services.deployer.adapters.kubernetes.telling import telling

AUTOSCALER = kind_of("autoscaling/v2", "HorizontalPodAutoscaler", "web")
OURS = {"manager": "appstore", "operation": "Apply", "fieldsV1": {"f:spec": {}}}


def kept(version: str = "1", status: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    """An object as the cache keeps it."""
    return {"metadata": {"name": "web", "resourceVersion": version, **metadata}, "spec": {}, "status": status or {}}


def condition(kind: str, status: str, **more: str) -> dict[str, str]:
    """One of a Deployment's conditions."""
    return {"type": kind, "status": status, "lastUpdateTime": "2026-11-24T12:00:00Z", **more}


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        (DEPLOYMENT_KIND, {"readyReplicas": 0}, {"readyReplicas": 1}),
        (DEPLOYMENT_KIND, {}, {"conditions": [condition("Progressing", "True", reason="ReplicaSetUpdated")]}),
        (REPLICA_SET, {"replicas": 0}, {"replicas": 1}),
        (AUTOSCALER, {"currentReplicas": 1}, {"currentReplicas": 2}),
    ],
)
def test_what_controllers_count_is_not_told(kind: Kind, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Nothing that is observed changes with it."""
    assert telling(kind, kept("1", before)) == telling(kind, kept("2", after))


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        (DEPLOYMENT_KIND, {"observedGeneration": 1}, {"observedGeneration": 2}),
        (DEPLOYMENT_KIND, {}, {"conditions": [condition("ReplicaFailure", "True", message="exceeded quota")]}),
        (DEPLOYMENT_KIND, {}, {"conditions": [condition("Progressing", "False", reason="ProgressDeadlineExceeded")]}),
        (
            DEPLOYMENT_KIND,
            {"conditions": [condition("Available", "True")]},
            {"conditions": [condition("Available", "False")]},
        ),
        (
            DEPLOYMENT_KIND,
            {"conditions": [condition("Available", "False")]},
            {"conditions": [condition("Available", "True")]},
        ),
        (POD, {"phase": "Pending"}, {"phase": "Running"}),
        (CLAIM, {"phase": "Pending"}, {"phase": "Bound"}),
    ],
)
def test_what_an_observation_is_made_of_is_told(kind: Kind, before: dict[str, Any], after: dict[str, Any]) -> None:
    """That the controller looked, whether enough is available, what it says is wrong, and all of pods and claims."""
    assert telling(kind, kept("1", before)) != telling(kind, kept("2", after))


def test_a_condition_that_was_only_seen_again_is_not_told() -> None:
    """The same trouble at a later moment is the same trouble."""
    failing = condition("ReplicaFailure", "True", message="exceeded quota")
    again = {**failing, "lastUpdateTime": "2026-11-24T12:00:30Z"}
    found = [telling(DEPLOYMENT_KIND, kept(status={"conditions": [one]})) for one in (failing, again)]
    assert found[0] == found[1]


def test_what_somebody_changes_by_hand_is_told() -> None:
    """A label, a wish, or a field that is no longer ours; somebody who only looks on in the list is nobody."""
    service = kind_of("v1", "Service", "web")
    before = telling(service, kept(labels={"a": "1"}, managedFields=[OURS]))
    theirs = {"manager": "kubectl", "operation": "Update"}
    assert telling(service, kept(labels={"a": "2"}, managedFields=[OURS])) != before
    assert telling(service, {**kept(labels={"a": "1"}, managedFields=[OURS]), "spec": {"port": 1}}) != before
    assert telling(service, kept(labels={"a": "1"}, managedFields=[{**OURS, "fieldsV1": {}}])) != before
    assert telling(service, kept("2", labels={"a": "1"}, managedFields=[OURS, theirs])) == before
