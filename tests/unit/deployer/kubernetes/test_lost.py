"""Pods that count no more, and warnings that come beside an answer."""

from typing import Any

from services.deployer.adapters.kubernetes.api_warnings import MOST_OBJECTS, ApiWarnings, read_warnings
from services.deployer.adapters.kubernetes.kinds import DEPLOYMENT_KIND
from services.deployer.adapters.kubernetes.lost import lost_of
from services.deployer.domain.observed import Lost

OLD = 'policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+; use "policy/v1"'


def pod(name: str, **status: Any) -> dict[str, Any]:
    """A pod on a node."""
    metadata = {"name": name, "creationTimestamp": "2026-11-24T12:00:00Z"}
    return {"metadata": metadata, "spec": {"nodeName": "node-1", "containers": []}, "status": status}


def test_an_evicted_pod_is_lost() -> None:
    """It stays as `Failed`, with the kubelet's words."""
    found = pod("a", phase="Failed", reason="Evicted", message="The node was low on resource: memory. ")
    assert lost_of([found]) == (Lost("a", "node-1", "Evicted: The node was low on resource: memory."),)


def test_a_pod_asked_to_go_is_lost() -> None:
    """By the eviction API, by a taint, by a more important pod: one condition tells of all."""
    told = {"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI", "message": "evicting"}
    assert lost_of([pod("a", phase="Running", conditions=[told])]) == (
        Lost("a", "node-1", "EvictionByEvictionAPI: evicting"),
    )


def test_a_pod_whose_node_is_away_is_lost() -> None:
    """The node controller takes back that it is ready; its containers stay as their kubelet said last."""
    away = pod("a", containerStatuses=[{"ready": True}], conditions=[{"type": "Ready", "status": "False"}])
    assert lost_of([away]) == (Lost("a", "node-1", "its node does not answer"),)
    crashed = pod("b", containerStatuses=[{"ready": False}], conditions=[{"type": "Ready", "status": "False"}])
    fine = pod("c", containerStatuses=[{"ready": True}], conditions=[{"type": "Ready", "status": "True"}])
    assert lost_of([crashed, fine]) == ()


def test_warnings_are_read_from_their_headers() -> None:
    """Code 299, a quoted sentence in which quotes are escaped; the same twice is one, and anything else is none."""
    header = '299 - "{}"'.format(OLD.replace('"', '\\"'))
    assert read_warnings([header, header, "nonsense", '199 - "other"']) == (OLD,)
    assert len(read_warnings([f'299 - "{number}"' for number in range(99)])) == 5
    assert len(read_warnings([f'299 - "{"long " * 500}"'])[0]) == 400


def test_a_warning_lasts_until_the_object_is_written_again() -> None:
    """Or until the deployment is removed; a thousand objects are not remembered."""
    warnings = ApiWarnings()
    warnings.written("d", DEPLOYMENT_KIND, "a", ["old"])
    assert [one.message for one in warnings.of("d")] == ["old"]
    warnings.written("d", DEPLOYMENT_KIND, "a", [])
    assert not list(warnings.of("d"))
    for number in range(1000):
        warnings.written("d", DEPLOYMENT_KIND, str(number), ["old"])
    assert len(list(warnings.of("d"))) == MOST_OBJECTS
    warnings.forget("d")
    assert not list(warnings.of("d"))
