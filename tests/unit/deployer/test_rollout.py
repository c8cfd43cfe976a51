"""From what the cluster shows to what is told: steps once, and one end when it is certain."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.deployments.events import DeploymentStarted
from contracts.deployments.reasons import Cause, Fault, Step
from services.deployer.domain.deployment import Deployment, evolve
from services.deployer.domain.desired import Desired
from services.deployer.domain.health import Failure, Patience
from services.deployer.domain.known_request import CameFrom, KnownRequest
from services.deployer.domain.observed import (
    OOM_KILLED,
    Container,
    Happening,
    Observation,
    Pod,
    QuotaRefusal,
    Reason,
    Shortage,
)
from services.deployer.domain.rollout import Healthy, Next, judge
from tests.fakes.deployer_examples import APP, DEPLOYMENT, START, an_environment, an_event, asked
from tests.unit.deployer.specs import SMALL

DESIRED = Desired(request=KnownRequest.of(asked().data, 1, START, CameFrom(correlation="c")), spec=SMALL, revision=1)
SCHEDULED = Happening(START, "pod-1", Reason.SCHEDULED, {"node": "worker-1"})


def rolling_out() -> Deployment:
    """A deployment whose first revision was just started."""
    started = DeploymentStarted(
        deployment=DEPLOYMENT,
        app=APP,
        version="1.0",
        environment=an_environment(),
        name="assistant",
        revision=1,
    )
    return evolve(None, an_event(started, START, generation=1))


def after(seconds: float) -> datetime:
    """So long after the start."""
    return START + timedelta(seconds=seconds)


def judged(observed: Observation, seconds: float = 1, state: Deployment | None = None) -> Next:
    """What is told about this observation."""
    return judge(state or rolling_out(), DESIRED, observed, 1, START, Patience(), after(seconds))


def a_pod(*containers: Container, available: bool = False, shortage: Shortage | None = None) -> Pod:
    """A pod on a node, or one that no node can take."""
    return Pod("pod-1", START, None if shortage else "worker-1", containers, available=available, shortage=shortage)


def showing(pod: Pod | None = None, *happened: Happening, refusal: QuotaRefusal | None = None) -> Observation:
    """One replica wanted, and this pod."""
    return Observation(1, (pod,) if pod else (), 0, happened, refusal)


def test_steps_are_told_in_the_order_in_which_they_happened() -> None:
    """The objects first, then what the pods went through."""
    pulling = Happening(after(0.1), "pod-1", Reason.PULLING, {"image": "i", "mebibytes": 5})
    told = judged(showing(a_pod(), pulling, SCHEDULED)).steps
    assert [event.step for event in told] == [
        Step.OBJECTS_APPLIED,
        Step.POD_SCHEDULED,
        Step.IMAGE_PULLING,
    ]


def test_a_step_is_told_once() -> None:
    """What the deployment's own events already say is not said again."""
    state = rolling_out()
    observed = showing(a_pod(), SCHEDULED)
    for event in judged(observed, state=state).steps:
        state = evolve(state, an_event(event, START, generation=1))
    assert judged(observed, state=state).steps == ()


def test_what_happened_before_is_no_news() -> None:
    """A pod that was there before scaling up counts as ready, and its own story is not told again."""
    earlier = [Happening(after(-9), "pod-1", reason, {}) for reason in (Reason.SCHEDULED, Reason.READY)]
    told = judged(showing(a_pod(available=True), *earlier, Happening(after(1), "pod-2", Reason.READY, {}))).steps
    assert [(event.step, event.params.get("pod"), event.params.get("ready")) for event in told] == [
        (Step.OBJECTS_APPLIED, None, None),
        (Step.POD_READY, "pod-2", 2),
    ]


def test_pods_of_before_keep_a_rollout_from_its_end() -> None:
    """All new ones are ready, and an old one is still there: not yet."""
    observed = Observation(1, (a_pod(available=True),), outdated=1, next_change_at=after(2))
    assert judged(observed).end is None


def test_nothing_asked_for_is_healthy_when_nothing_is_left() -> None:
    """A deployment that stands still has no pods, and that is what was asked."""
    assert judged(Observation(0)).end == Healthy(0)


def test_it_succeeds_when_every_pod_is_ready() -> None:
    """The end names the replicas, and nothing is looked at again."""
    ready = Happening(after(1), "pod-1", Reason.READY, {})
    following = judged(showing(a_pod(available=True), SCHEDULED, ready))
    assert (following.end, following.look_again_at) == (Healthy(1), None)
    assert following.steps[-1].params == {"pod": "pod-1", "ready": 1, "wanted": 1}


FAILURES: list[tuple[Observation, float, Cause, Fault, dict[str, Any]]] = [
    (
        showing(a_pod(Container("web", "a:1", waiting="ImagePullBackOff", pull_attempts=3, how_to_add="like this"))),
        1,
        Cause.IMAGE_NOT_FOUND,
        Fault.CONFIGURATION,
        {"image": "a:1", "howToAdd": "like this"},
    ),
    (
        showing(a_pod(Container("web", "a:1", waiting="CrashLoopBackOff", restarts=3, exit_code=1, last_line="no"))),
        1,
        Cause.CRASH_LOOP,
        Fault.APP,
        {"container": "web", "exitCode": 1, "restarts": 3, "lastLine": "no"},
    ),
    (
        showing(a_pod(Container("web", "a:1", restarts=3, exit_code=137, last_line=OOM_KILLED))),
        1,
        Cause.CRASH_LOOP,
        Fault.CONFIGURATION,
        {"container": "web", "exitCode": 137, "restarts": 3, "lastLine": OOM_KILLED},
    ),
    (
        showing(refusal=QuotaRefusal("requests.cpu", "4", "14", "16", "…", START)),
        3,
        Cause.QUOTA_EXCEEDED,
        Fault.CONFIGURATION,
        {"resource": "requests.cpu", "asked": "4", "used": "14", "limit": "16"},
    ),
    (
        showing(a_pod(shortage=Shortage("memory", "32Gi", "16Gi"))),
        3,
        Cause.UNSCHEDULABLE,
        Fault.PLATFORM,
        {"resource": "memory", "asked": "32Gi", "free": "16Gi"},
    ),
    (
        showing(a_pod(shortage=Shortage("memory", "500Gi", "64Gi", too_large=True))),
        3,
        Cause.UNSCHEDULABLE,
        Fault.CONFIGURATION,
        {"resource": "memory", "asked": "500Gi", "free": "64Gi"},
    ),
    (
        showing(a_pod(Container("web", "a:1", probe_path="/ready", probe_answer="HTTP 503", answering_since=after(5)))),
        15,
        Cause.PROBE_FAILED,
        Fault.APP,
        {"container": "web", "path": "/ready", "answer": "HTTP 503"},
    ),
    (
        showing(a_pod(Container("web", "a:1", waiting="ContainerCreating"))),
        600,
        Cause.PROGRESS_DEADLINE_EXCEEDED,
        Fault.APP,
        {"seconds": 600, "ready": 0, "wanted": 1},
    ),
]


@pytest.mark.parametrize(("observed", "seconds", "cause", "fault", "params"), FAILURES)
def test_each_failure_is_told_with_its_evidence(
    observed: Observation,
    seconds: float,
    cause: Cause,
    fault: Fault,
    params: dict[str, Any],
) -> None:
    """The cause, whose turn it is, and the parameters a sentence needs."""
    following = judged(observed, seconds)
    assert (following.end, following.look_again_at) == (Failure(cause, fault, params), None)


@pytest.mark.parametrize(("observed", "seconds"), [(observed, seconds) for observed, seconds, *_ in FAILURES[3:]])
def test_what_may_pass_is_waited_for(observed: Observation, seconds: float) -> None:
    """Just before its time it is no failure yet, and the next look is at that time."""
    following = judged(observed, seconds - 0.1)
    assert following.end is None
    assert following.look_again_at == after(seconds)


def test_a_few_failures_are_no_failure() -> None:
    """Two pulls or two restarts that failed may still be followed by one that works."""
    twice = Container("web", "a:1", pull_attempts=2, restarts=2, exit_code=1)
    assert judged(showing(a_pod(twice))).end is None


def test_the_next_look_is_when_the_cluster_changes() -> None:
    """Time alone changes something at a known moment: that is when to look."""
    observed = Observation(1, (a_pod(),), next_change_at=after(2))
    assert judged(observed).look_again_at == after(2)
