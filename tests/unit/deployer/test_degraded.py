"""What people are told of a deployment that succeeded, when its pods come and go."""

from dataclasses import replace
from datetime import datetime, timedelta

from contracts.deployments.events import DeploymentStarted, DeploymentSucceeded
from contracts.deployments.health import DeploymentDegraded, DeploymentRecovered
from contracts.deployments.reasons import Cause, Fault
from contracts.payload import Payload
from services.deployer.domain.degraded import News, news
from services.deployer.domain.deployment import Deployment, evolve
from services.deployer.domain.desired import Desired
from services.deployer.domain.health import Patience
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.observed import Container, Ended, Happening, Lost, Observation, Pod, Reason
from services.deployer.lineage import came_from
from tests.fakes.deployer_examples import START, an_event, asked
from tests.unit.deployer.specs import SMALL

PATIENCE = Patience(degraded_seconds=30, recovered_seconds=60)
REQUEST = asked()
DESIRED = Desired(
    request=KnownRequest.of(REQUEST.data, generation=1, heard_at=START, came_from=came_from(REQUEST.context)),
    spec=SMALL,
    revision=1,
)
CRASHING = Container("web", "a:1", waiting="CrashLoopBackOff", restarts=4, ended=Ended("Error", 1), log=("no",))
POD = Pod("pod-1", START, "worker-1", (CRASHING,))
EVICTED = Lost("pod-0", "worker-1", "Evicted: The node was low on resource: memory.")


def at(seconds: float) -> datetime:
    """So long after the start."""
    return START + timedelta(seconds=seconds)


def after(*events: Payload, seconds: float = 0) -> Deployment:
    """The deployment after these events, recorded at one moment."""
    subject = {name: getattr(REQUEST.data, name) for name in ("deployment", "app", "version", "environment")}
    started = DeploymentStarted(**subject, name="assistant", revision=1)
    succeeded = DeploymentSucceeded(**subject, revision=1, replicas=1, objects=())
    state = None
    for event in (started, succeeded, *events):
        state = evolve(state, an_event(event, at(seconds), generation=1))
    assert state is not None
    return state


def lacking(since: float, *, pods: tuple[Pod, ...] = (POD,), lost: tuple[Lost, ...] = ()) -> Observation:
    """Too few pods since then."""
    return Observation(1, pods, unavailable_since=at(since), lost=lost)


def well(ready_at: float) -> Observation:
    """Everything is there; the last pod became ready then."""
    return Observation(1, (replace(POD, available=True),), happened=(Happening(at(ready_at), "p", Reason.READY, {}),))


def seen(state: Deployment, observed: Observation, seconds: float) -> News:
    """One look."""
    return news(state, DESIRED, observed, PATIENCE, at(seconds))


def degraded(observed: Observation, seconds: float) -> tuple[DeploymentDegraded, Deployment]:
    """What is told, and the deployment after it."""
    told = seen(after(), observed, seconds).told
    assert isinstance(told, DeploymentDegraded)
    return told, after(told, seconds=seconds)


def test_what_is_well_is_no_news() -> None:
    """Nothing to tell, nothing to look at again."""
    assert seen(after(), well(0), 5) == News()


def test_a_short_lack_is_no_news() -> None:
    """A pod that moves to another node: it is looked at when that has lasted."""
    assert seen(after(), lacking(100), 129) == News(look_again_at=at(130))


def test_a_lack_that_lasts_is_told_with_its_cause() -> None:
    """The same finding as in a rollout, with its evidence and since when."""
    told, state = degraded(lacking(100), 130)
    assert (told.cause, told.fault, told.since) == (Cause.CRASH_LOOP, Fault.APP, at(100))
    assert told.params["log"] == "no"
    assert state.degraded is not None
    assert state.phase == "succeeded"


def test_it_is_told_once() -> None:
    """However often the container crashes after that."""
    _, state = degraded(lacking(100), 130)
    assert seen(state, lacking(200), 4000) == News()


def test_pods_that_were_taken_away_are_told_as_such() -> None:
    """Not the app's fault: the cluster's words say what happened to which pod, on which node."""
    waiting = replace(POD, containers=(Container("web", "a:1"),))
    told, _ = degraded(lacking(100, pods=(waiting,), lost=(EVICTED,)), 130)
    assert (told.cause, told.fault) == (Cause.PODS_UNAVAILABLE, Fault.PLATFORM)
    assert (told.params["pod"], told.params["node"], told.params["message"]) == ("pod-0", "worker-1", EVICTED.message)


def test_a_lack_without_any_reason_is_told_too() -> None:
    """Nobody knows why, but everybody may know that."""
    told, _ = degraded(lacking(100, pods=()), 130)
    assert (told.cause, told.params["ready"], told.params["wanted"]) == (Cause.PODS_UNAVAILABLE, 0, 1)


def test_another_cause_is_told_when_it_is_certain_and_not_at_once() -> None:
    """First a pod was evicted; the new one crashes: one more event, a minute after the last at the earliest."""
    _, state = degraded(lacking(100, pods=(), lost=(EVICTED,)), 130)
    assert seen(state, lacking(100), 140) == News(look_again_at=at(190))
    again = seen(state, lacking(100), 190).told
    assert isinstance(again, DeploymentDegraded)
    assert again.cause is Cause.CRASH_LOOP


def test_a_short_recovery_is_no_news() -> None:
    """A container that crashes again and again runs in between."""
    _, state = degraded(lacking(100), 130)
    assert seen(state, well(140), 150) == News(look_again_at=at(200))


def test_a_recovery_that_lasts_is_told_once() -> None:
    """From then on nothing is wrong."""
    _, state = degraded(lacking(100), 130)
    told = seen(state, well(140), 200).told
    assert isinstance(told, DeploymentRecovered)
    assert told.since == at(140)
    state = evolve(state, an_event(told, at(200), generation=1))
    assert state.degraded is None
    assert seen(state, well(140), 300) == News()
