"""Statuses and Events as Kubernetes documents them, in the domain's words."""

from typing import Any

from services.deployer.adapters.kubernetes.facts import amount
from services.deployer.adapters.kubernetes.pod_events import PodEvents, read_events
from services.deployer.adapters.kubernetes.pod_status import container_of, shortage_of
from services.deployer.adapters.kubernetes.quota_refusal import quota_refusal
from services.deployer.domain.observed import OOM_KILLED

SPEC: dict[str, Any] = {"name": "web", "image": "registry.test/hello:1"}
POD: dict[str, Any] = {"spec": {"containers": [{**SPEC, "resources": {"requests": {"cpu": "500m"}}}]}}


def unschedulable(message: str) -> dict[str, str]:
    """The condition that the scheduler writes."""
    return {"status": "False", "reason": "Unschedulable", "message": message}


def test_a_shortage_names_the_resource_and_what_is_asked() -> None:
    """The scheduler's sentence says which; the pod says how much."""
    found = shortage_of(POD, unschedulable("0/4 nodes are available: 4 Insufficient cpu. preemption: 0/4 nodes"))
    assert found is not None
    assert (found.resource, found.asked) == ("cpu", "500m")


def test_a_volume_that_is_not_bound_is_no_shortage() -> None:
    """What a node can't give is another matter than what storage has not given yet."""
    assert (
        shortage_of(POD, unschedulable("0/4 nodes are available: pod has unbound immediate PersistentVolumeClaims."))
        is None
    )


def test_a_crash_loop_shows_code_and_last_line() -> None:
    """The last ending stands in `lastState` while the container waits."""
    ended = {"exitCode": 1, "reason": "Error", "message": "starting\nfatal: no database\n"}
    status = {
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": ended},
        "restartCount": 4,
    }
    found = container_of(SPEC, status, PodEvents())
    assert (found.waiting, found.restarts, found.exit_code) == ("CrashLoopBackOff", 4, 1)
    assert found.last_line == "fatal: no database"


def test_out_of_memory_is_told_in_place_of_a_last_line() -> None:
    """The kernel ended it; it had no last word."""
    status = {"state": {"terminated": {"exitCode": 137, "reason": OOM_KILLED}}, "restartCount": 1}
    assert container_of(SPEC, status, PodEvents()).last_line == OOM_KILLED


def test_events_count_failed_pulls_and_say_what_a_probe_got() -> None:
    """The same again is counted on one Event; an ordinary Event says nothing."""
    found = read_events(
        [
            {"reason": "Failed", "message": 'Failed to pull image "registry.test/hello:1": not found', "count": 3},
            {"reason": "Failed", "message": "Error: ErrImagePull", "count": 3},
            {
                "reason": "Unhealthy",
                "message": "Readiness probe failed: HTTP probe failed with statuscode: 503",
                "firstTimestamp": "2026-11-24T12:00:00Z",
            },
            {"reason": "Scheduled", "message": "assigned"},
        ]
    )
    assert found.failed_pulls("registry.test/hello:1") == 3
    assert found.probe_answer == "HTTP probe failed with statuscode: 503"
    running = {"state": {"running": {"startedAt": "2026-11-24T11:59:00Z"}}, "ready": False}
    container = container_of(SPEC, running, found)
    assert container.answering_since == found.unhealthy_since


def test_a_quota_that_is_full_is_read_from_the_controllers_condition() -> None:
    """Resource, asked, used and limit, as the API server said them."""
    amounts = "requested: requests.cpu=500m, used: requests.cpu=2, limited: requests.cpu=2"
    message = f'pods "x" is forbidden: exceeded quota: team, {amounts}'
    failing = {
        "type": "ReplicaFailure",
        "status": "True",
        "reason": "FailedCreate",
        "message": message,
        "lastTransitionTime": "2026-11-24T12:00:00Z",
    }
    found = quota_refusal({"status": {"conditions": [failing]}})
    assert found is not None
    assert (found.resource, found.asked, found.used, found.limit) == ("requests.cpu", "500m", "2", "2")
    assert quota_refusal({"status": {"conditions": [{**failing, "message": "violates PodSecurity"}]}}) is None


def test_quantities_are_numbers() -> None:
    """Every notation that Kubernetes writes."""
    assert [float(amount(text)) for text in ("500m", "2", "1Ki", "1Gi", "1k", "1e3")] == [
        0.5,
        2,
        1024,
        2**30,
        1000,
        1000,
    ]
