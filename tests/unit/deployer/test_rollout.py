"""From what the cluster shows to what is told: steps once, and one end when it is certain."""

from dataclasses import replace
from datetime import datetime, timedelta

from contracts.deployments.events import DeploymentStarted
from contracts.deployments.reasons import Cause, Fault, Step
from services.deployer.domain.deployment import Deployment, evolve
from services.deployer.domain.desired import Desired
from services.deployer.domain.health import Failure, Patience
from services.deployer.domain.known_request import CameFrom, KnownRequest
from services.deployer.domain.observed import Container, Ended, Happening, Observation, Pod, Reason
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


CRASHING = Container("web", "a:1", waiting="CrashLoopBackOff", restarts=3, ended=Ended("Error", 1), log=("no",))


def judged(observed: Observation, seconds: float = 1, state: Deployment | None = None) -> Next:
    """What is told about this observation."""
    return judge(state or rolling_out(), DESIRED, observed, 1, START, Patience(), after(seconds))


def a_pod(*containers: Container, available: bool = False) -> Pod:
    """A pod on a node."""
    return Pod("pod-1", START, "worker-1", containers, available=available)


def showing(pod: Pod | None = None, *happened: Happening) -> Observation:
    """One replica wanted, and this pod."""
    return Observation(1, (pod,) if pod else (), 0, happened)


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


def test_what_is_certain_ends_it() -> None:
    """The end is the failure, and nothing is looked at again."""
    following = judged(showing(a_pod(CRASHING)))
    assert isinstance(following.end, Failure)
    assert (following.end.cause, following.look_again_at) == (Cause.CRASH_LOOP, None)


def test_what_may_become_a_failure_is_told_once_with_its_evidence() -> None:
    """One restart is no failure yet: it is told, and not again when its numbers change."""
    once, twice = (replace(CRASHING, restarts=times) for times in (1, 2))
    state = rolling_out()
    following = judged(showing(a_pod(once)), state=state)
    told = following.steps[-1]
    assert (following.end, told.step, told.cause, told.fault) == (
        None,
        Step.TROUBLE_SEEN,
        Cause.CRASH_LOOP,
        Fault.APP,
    )
    assert told.params["restarts"] == 1
    for event in following.steps:
        state = evolve(state, an_event(event, START, generation=1))
    assert judged(showing(a_pod(twice)), state=state).steps == ()


def test_a_deadline_that_is_far_off_is_no_trouble() -> None:
    """Every rollout has one; it is told only when it is reached."""
    following = judged(showing(a_pod(Container("web", "a:1", waiting="ContainerCreating"))))
    assert [event.step for event in following.steps] == [Step.OBJECTS_APPLIED]
    assert following.look_again_at == after(600)


def test_the_next_look_is_when_the_cluster_changes() -> None:
    """Time alone changes something at a known moment: that is when to look."""
    observed = Observation(1, (a_pod(),), next_change_at=after(2))
    assert judged(observed).look_again_at == after(2)
