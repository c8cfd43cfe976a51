"""Statuses and Events as Kubernetes documents them, in the domain's words."""

from datetime import UTC, datetime
from typing import Any

from services.deployer.adapters.kubernetes.observing import in_trouble
from services.deployer.adapters.kubernetes.pod_events import PodEvents, read_events, read_not_bound
from services.deployer.adapters.kubernetes.pod_status import asked_of, container_of, unscheduled
from services.deployer.domain.doctor.unschedulable import shortage_told
from services.deployer.domain.observed import OOM_KILLED, Ended, Unhealthy
from services.deployer.domain.quantity import amount

SPEC: dict[str, Any] = {"name": "web", "image": "registry.test/hello:1"}
POD: dict[str, Any] = {"spec": {"containers": [{**SPEC, "resources": {"requests": {"cpu": "500m"}}}]}}


def unscheduled_pod(message: str) -> dict[str, Any]:
    """A pod with the condition that the scheduler writes."""
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    return {**POD, "status": {"conditions": [condition]}}


def test_a_shortage_names_the_resource_and_what_is_asked() -> None:
    """The scheduler's sentence says which; the pod says how much."""
    pod = unscheduled_pod("0/4 nodes are available: 4 Insufficient cpu. preemption: 0/4 nodes")
    found = shortage_told(asked_of(pod), unscheduled(pod) or "")
    assert (found.resource, found.asked) == ("cpu", "500m")


def test_a_pod_that_has_a_node_waits_for_none() -> None:
    """Nothing to say is not an empty sentence."""
    assert unscheduled({**POD, "status": {"conditions": [{"type": "PodScheduled", "status": "True"}]}}) is None
    assert unscheduled(POD) is None


def test_a_crash_loop_shows_how_it_ended_and_its_last_lines() -> None:
    """The last ending stands in `lastState` while the container waits."""
    ended = {"exitCode": 1, "reason": "Error", "message": "starting\nfatal: no database\n"}
    status = {
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}},
        "lastState": {"terminated": ended},
        "restartCount": 4,
    }
    found = container_of(SPEC, status, PodEvents())
    assert (found.waiting, found.message, found.restarts) == ("CrashLoopBackOff", "back-off 10s", 4)
    assert (found.ended, found.log) == (Ended("Error", 1), ("starting", "fatal: no database"))


def test_out_of_memory_is_told_with_its_limit() -> None:
    """The kernel ended it; it had no last word."""
    status = {"state": {"terminated": {"exitCode": 137, "reason": OOM_KILLED}}, "restartCount": 1}
    found = container_of({**SPEC, "resources": {"limits": {"memory": "64Mi"}}}, status, PodEvents())
    assert (found.ended, found.memory_limit, found.log) == (Ended(OOM_KILLED, 137), "64Mi", ())


def test_events_count_failed_pulls_and_say_what_a_probe_got() -> None:
    """The same again is counted on one Event; an ordinary Event says nothing."""
    refused = "Readiness probe failed: HTTP probe failed with statuscode: 503"
    found = read_events(
        [
            {"reason": "Failed", "message": 'Failed to pull image "registry.test/hello:1": not found', "count": 3},
            {"reason": "Failed", "message": "Error: ErrImagePull", "count": 3},
            {"reason": "Unhealthy", "message": refused, "firstTimestamp": "2026-11-24T12:00:00Z"},
            {"reason": "Scheduled", "message": "assigned"},
        ]
    )
    assert found.failed_pulls("registry.test/hello:1") == 3
    running = {"state": {"running": {"startedAt": "2026-11-24T11:59:00Z"}}, "ready": False}
    probed = {**SPEC, "readinessProbe": {"httpGet": {"path": "/healthz", "port": 80}}}
    told = Unhealthy(datetime(2026, 11, 24, 12, tzinfo=UTC), refused, "/healthz")
    assert container_of(probed, running, found).unhealthy == told
    assert container_of(probed, {**running, "ready": True}, found).unhealthy is None


def test_a_claim_that_is_not_bound_has_the_newest_reason() -> None:
    """Waiting for a first consumer is no trouble, and is not told."""
    events = [
        {"reason": "FailedBinding", "message": "no storage class", "lastTimestamp": "2026-11-24T12:00:01Z"},
        {"reason": "ProvisioningFailed", "message": "pool is full", "lastTimestamp": "2026-11-24T12:00:09Z"},
        {"reason": "WaitForFirstConsumer", "message": "waiting", "lastTimestamp": "2026-11-24T12:00:20Z"},
    ]
    assert read_not_bound(events) == "pool is full"
    assert read_not_bound(events[2:]) == ""


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


def test_a_usual_start_is_no_trouble() -> None:
    """Events are asked for when the kubelet may tell more than the status: not while a container is being made."""
    waits = [{"state": {"waiting": {"reason": reason}}} for reason in ("ContainerCreating", "ImagePullBackOff")]
    runs: list[dict[str, Any]] = [{"state": {"running": {}}, "ready": ready} for ready in (False, True)]
    told = [in_trouble({**POD, "status": {"containerStatuses": [one]}}) for one in (*waits, *runs)]
    assert told == [False, True, True, False]
    assert not in_trouble(POD)
