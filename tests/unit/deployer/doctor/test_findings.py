"""Each finding: from what a cluster shows to the cause, whose turn it is, and the evidence."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.doctor.findings import findings
from services.deployer.domain.egress import Egress, Rule
from services.deployer.domain.health import Failure, Finding, Look, Patience
from services.deployer.domain.observed import (
    OOM_KILLED,
    Claim,
    Container,
    Ended,
    Happening,
    NotCreated,
    Observation,
    Pod,
    Reason,
    Shortage,
    Unhealthy,
    Value,
)
from tests.fakes.deployer_examples import START

SCHEDULER = "0/3 nodes are available: 1 Insufficient cpu, 3 Insufficient memory."
UNBOUND = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."
TAINTED = "0/2 nodes are available: 2 node(s) had untolerated taint {gpu: only}."
QUOTA = (
    'pods "a" is forbidden: exceeded quota: team, requested: requests.cpu=4, used: requests.cpu=14, '
    "limited: requests.cpu=16"
)
POD_SECURITY = 'pods "a" is forbidden: violates PodSecurity "restricted:v1.37": runAsNonRoot != true (pod must set it)'
NO_CLASS = 'storageclass.storage.k8s.io "fast" not found'
PROBE = "Readiness probe failed: HTTP probe failed with statuscode: 503"
REFUSED = "dial tcp 10.0.0.1:443: connect: connection refused"
TIMEOUT = "dial tcp db.example.org:5432: i/o timeout"
WEB = Container("web", "a:1")
CRASHING = replace(WEB, waiting="CrashLoopBackOff", restarts=3, ended=Ended("Error", 1), log=("starting", "no"))
WAITING_FOR_DB = replace(CRASHING, log=("starting", TIMEOUT))
KILLED = replace(WEB, restarts=3, ended=Ended(OOM_KILLED, 137), memory_limit="512Mi")
UNHEALTHY = replace(WEB, unhealthy=Unhealthy(START, PROBE, "/ready"))
NO_SECRET = replace(WEB, waiting="CreateContainerConfigError", message='secret "web-settings" not found')
NOT_PULLED = replace(WEB, waiting="ImagePullBackOff", message="a:1: not found", pull_attempts=3, how_to_add="like this")


def a_pod(*containers: Container, unscheduled: str | None = None, shortage: Shortage | None = None) -> Pod:
    """A pod on a node, or one that no node takes."""
    node = None if unscheduled else "worker-1"
    asked = {"memory": "32Gi", "cpu": "1"}
    return Pod("pod-1", START, node, containers, unscheduled=unscheduled, shortage=shortage, asked=asked)


def showing(*pods: Pod, **more: object) -> Observation:
    """One replica wanted, and these pods."""
    return replace(Observation(1, pods), **more)  # type: ignore[arg-type] # fields of an observation


def looked_at(observed: Observation, seconds: float) -> list[Finding]:
    """Every finding so long after the start, the most telling first."""
    return list(findings(Look(observed, START, after(seconds), Patience())))


def after(seconds: float) -> datetime:
    """So long after the start."""
    return START + timedelta(seconds=seconds)


def first_certain(observed: Observation, seconds: float) -> Failure | None:
    """What people are told."""
    return next((one.failure for one in looked_at(observed, seconds) if one.certain), None)


Case = tuple[Observation, float, Cause, Fault, dict[str, Value]]
LASTING: dict[str, Case] = {
    "quota": (
        showing(not_created=NotCreated(QUOTA, START)),
        3,
        Cause.QUOTA_EXCEEDED,
        Fault.CONFIGURATION,
        {"quota": "team", "resource": "requests.cpu", "asked": "4", "used": "14", "limit": "16"},
    ),
    "pod security": (
        showing(not_created=NotCreated(POD_SECURITY, START)),
        3,
        Cause.ADMISSION_DENIED,
        Fault.CONFIGURATION,
        {"policy": "restricted:v1.37", "kind": "Pod", "name": "", "message": "runAsNonRoot != true (pod must set it)"},
    ),
    "no room, in amounts": (
        showing(a_pod(unscheduled=SCHEDULER, shortage=Shortage("memory", "32Gi", "16Gi", "16Gi"))),
        3,
        Cause.UNSCHEDULABLE,
        Fault.PLATFORM,
        {"resource": "memory", "asked": "32Gi", "free": "16Gi", "missing": "16Gi", "message": SCHEDULER},
    ),
    "larger than any node": (
        showing(a_pod(unscheduled=SCHEDULER, shortage=Shortage("memory", "500Gi", "64Gi", "436Gi", too_large=True))),
        3,
        Cause.UNSCHEDULABLE,
        Fault.CONFIGURATION,
        {"resource": "memory", "asked": "500Gi", "free": "64Gi", "missing": "436Gi", "message": SCHEDULER},
    ),
    "no room, in the scheduler's words alone": (
        showing(a_pod(unscheduled=SCHEDULER)),
        3,
        Cause.UNSCHEDULABLE,
        Fault.PLATFORM,
        {"resource": "cpu", "asked": "1", "free": "?", "missing": "?", "message": SCHEDULER},
    ),
    "nodes that may not be used": (
        showing(a_pod(unscheduled=TAINTED)),
        3,
        Cause.UNSCHEDULABLE,
        Fault.PLATFORM,
        {
            "resource": "nodes",
            "asked": "node(s) had untolerated taint",
            "free": "?",
            "missing": "?",
            "message": TAINTED,
        },
    ),
    "no storage": (
        showing(a_pod(unscheduled=UNBOUND), claims=(Claim("web-data", "1Gi", "Pending", START, NO_CLASS),)),
        3,
        Cause.VOLUME_NOT_BOUND,
        Fault.PLATFORM,
        {"claim": "web-data", "size": "1Gi", "phase": "Pending", "message": NO_CLASS},
    ),
    "no secret": (
        showing(a_pod(NO_SECRET)),
        10,
        Cause.CONFIG_MISSING,
        Fault.CONFIGURATION,
        {"container": "web", "missing": "web-settings", "message": 'secret "web-settings" not found'},
    ),
    "probe": (
        showing(a_pod(UNHEALTHY)),
        10,
        Cause.PROBE_FAILED,
        Fault.APP,
        {"container": "web", "probe": "readiness", "path": "/ready", "answer": "HTTP 503"},
    ),
    "deadline": (
        showing(a_pod(replace(WEB, waiting="ContainerCreating"))),
        600,
        Cause.PROGRESS_DEADLINE_EXCEEDED,
        Fault.APP,
        {"seconds": 600, "ready": 0, "wanted": 1},
    ),
}
COUNTED: dict[str, Case] = {
    "image": (
        showing(a_pod(NOT_PULLED)),
        1,
        Cause.IMAGE_NOT_FOUND,
        Fault.CONFIGURATION,
        {"image": "a:1", "message": "a:1: not found", "howToAdd": "like this"},
    ),
    "registry away": (
        showing(a_pod(replace(NOT_PULLED, message=REFUSED, how_to_add=""))),
        1,
        Cause.IMAGE_NOT_FOUND,
        Fault.DEPENDENCY,
        {"image": "a:1", "message": REFUSED, "howToAdd": ""},
    ),
    "crash loop": (
        showing(a_pod(CRASHING)),
        1,
        Cause.CRASH_LOOP,
        Fault.APP,
        {"container": "web", "exitCode": 1, "restarts": 3, "lastLine": "no", "log": "starting\nno"},
    ),
    "out of memory": (
        showing(a_pod(KILLED)),
        1,
        Cause.OUT_OF_MEMORY,
        Fault.CONFIGURATION,
        {"container": "web", "limit": "512Mi", "exitCode": 137, "restarts": 3},
    ),
    "network": (
        showing(a_pod(WAITING_FOR_DB), egress=Egress((Rule(ports=((443, 443),)),))),
        1,
        Cause.NETWORK_BLOCKED,
        Fault.CONFIGURATION,
        {
            "container": "web",
            "endpoint": "db.example.org:5432",
            "lastLine": TIMEOUT,
            "log": f"starting\n{TIMEOUT}",
        },
    ),
}
CASES = LASTING | COUNTED


@pytest.mark.parametrize("name", CASES)
def test_each_finding_tells_cause_fault_and_evidence(name: str) -> None:
    """What people are told first is this, with everything a sentence needs."""
    observed, seconds, cause, fault, params = CASES[name]
    assert first_certain(observed, seconds) == Failure(cause, fault, params)


@pytest.mark.parametrize("name", LASTING)
def test_what_may_pass_is_waited_for(name: str) -> None:
    """Just before its time it is no failure yet, and it says when it will be one."""
    observed, seconds, *_ = LASTING[name]
    assert first_certain(observed, seconds - 0.1) is None
    assert min(one.due for one in looked_at(observed, seconds - 0.1) if one.due is not None) == after(seconds)


@pytest.mark.parametrize("name", COUNTED)
def test_a_few_times_are_no_failure(name: str) -> None:
    """Two pulls or two restarts that failed may still be followed by one that works."""
    observed, seconds, cause, *_ = COUNTED[name]
    pod = observed.pods[0]
    fewer = [replace(one, restarts=2, pull_attempts=min(one.pull_attempts, 2)) for one in pod.containers]
    twice = replace(observed, pods=(replace(pod, containers=tuple(fewer)),))
    assert first_certain(twice, seconds) is None
    assert cause in {one.failure.cause for one in looked_at(twice, seconds)}


@pytest.mark.parametrize("waiting", ["InvalidImageName", "ErrImageNeverPull"])
def test_what_no_try_can_change_is_certain_at_once(waiting: str) -> None:
    """An image whose name is none is not tried three times."""
    found = first_certain(showing(a_pod(replace(WEB, waiting=waiting))), 0)
    assert found is not None
    assert found.cause is Cause.IMAGE_NOT_FOUND


def test_a_policy_that_may_let_it_through_is_not_accused() -> None:
    """The port is open, so the endpoint is away or slow: a crash loop like any other. So it is without policies."""
    for egress in (Egress((Rule(ports=((5432, 5432),)),)), None):
        found = first_certain(showing(a_pod(WAITING_FOR_DB), egress=egress), 1)
        assert found is not None
        assert found.cause is Cause.CRASH_LOOP


def test_a_claim_that_waits_for_its_pod_is_not_accused() -> None:
    """A class that binds at the first consumer leaves a claim Pending, and says nothing is wrong."""
    pending = Claim("web-data", "1Gi", "Pending", START)
    assert first_certain(showing(a_pod(unscheduled=UNBOUND), claims=(pending,)), 9) is None


def test_a_container_that_came_back_is_well() -> None:
    """Ready after two restarts: neither a crash loop nor out of memory."""
    for ended in (Ended("Error", 1), Ended(OOM_KILLED, 137)):
        assert first_certain(showing(a_pod(replace(CRASHING, ended=ended, ready=True))), 1) is None


def test_the_deadline_counts_from_the_last_progress() -> None:
    """A pod that became ready moves it, as in Kubernetes; Kubernetes' own word ends it at once."""
    ready = Happening(after(500), "pod-0", Reason.READY, {})
    going_on = showing(a_pod(WEB), happened=(ready,))
    assert first_certain(going_on, 1099) is None
    assert first_certain(going_on, 1100) is not None
    assert first_certain(replace(going_on, stalled=True), 501) is not None
