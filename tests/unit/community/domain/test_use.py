"""A use: from healthy to failed or removed, and what several of them prove together."""

from datetime import timedelta

from chassis.ledger import new_id
from contracts.deployments.environment import Environment
from contracts.deployments.events import (
    DeploymentEvent,
    DeploymentFailed,
    DeploymentRemoved,
    DeploymentStarted,
    DeploymentSucceeded,
)
from contracts.deployments.reasons import Cause, Fault
from contracts.envelope import Event
from services.community.domain.proof import prove_use
from services.community.domain.use import Use, fold_use
from services.community.usecases.follow_use import follow_use
from tests.fakes.chassis_messages import event_of
from tests.fakes.community import NOW, Memory

DEPLOYMENT, APP, TEAM = (new_id() for _ in range(3))
COMMON = {
    "deployment": DEPLOYMENT,
    "app": APP,
    "version": "1.2",
    "environment": Environment(name="test", team=TEAM, cluster=new_id(), namespace="team-test"),
}


def at(minutes: int, payload: DeploymentEvent) -> Event[DeploymentEvent]:
    """An event that was recorded so many minutes from the beginning."""
    return event_of(payload, time=NOW + timedelta(minutes=minutes))


SUCCEEDED = DeploymentSucceeded.model_validate({**COMMON, "revision": 1, "replicas": 1, "objects": ()})
FAILED = DeploymentFailed.model_validate({**COMMON, "revision": 2, "cause": Cause.CRASH_LOOP, "fault": Fault.APP})
REMOVED = DeploymentRemoved.model_validate(COMMON)
STARTED = DeploymentStarted.model_validate({**COMMON, "name": "app", "revision": 1})


def test_a_use_begins_when_the_app_is_healthy_and_ends_when_it_is_gone() -> None:
    """From DeploymentSucceeded to DeploymentRemoved or DeploymentFailed; a second success changes nothing."""
    use = fold_use(None, at(0, SUCCEEDED))
    assert use == fold_use(use, at(5, SUCCEEDED))
    for ending in (REMOVED, FAILED):
        ended = fold_use(use, at(10, ending))
        assert ended is not None
        assert ended.seconds(NOW + timedelta(days=1)) == 600


def test_a_use_that_never_was_does_not_end() -> None:
    """A deployment that fails or is removed before it was healthy is no use, and one that starts is none yet."""
    assert [fold_use(None, at(0, event)) for event in (FAILED, REMOVED, STARTED)] == [None, None, None]


def test_an_ended_use_begins_anew() -> None:
    """After an end, the next success begins a use again."""
    ended = fold_use(fold_use(None, at(0, SUCCEEDED)), at(10, REMOVED))
    again = fold_use(ended, at(20, SUCCEEDED))
    assert again is not None
    assert (again.since, again.until) == (NOW + timedelta(minutes=20), None)


async def test_events_are_followed_into_what_is_kept() -> None:
    """The use case keeps the use under its deployment."""
    memory = Memory()
    for minutes, event in ((0, STARTED), (1, SUCCEEDED), (3, REMOVED)):
        await follow_use(at(minutes, event), memory.world())
    assert memory.kept[DEPLOYMENT].seconds(NOW) == 120


def test_a_proof_adds_up_all_uses() -> None:
    """Versions and places in the order of use, each once; the time in all; running when one still runs."""
    first = Use(
        deployment=new_id(), app=APP, team=TEAM, version="1", environment="test", since=NOW - timedelta(hours=5)
    )
    ended = first.model_copy(update={"until": NOW - timedelta(hours=4)})
    second = first.model_copy(update={"version": "2", "environment": "production", "since": NOW - timedelta(hours=1)})
    proof = prove_use([second, ended, second], NOW)
    assert proof is not None
    assert (proof.versions, proof.environments) == (("1", "2"), ("test", "production"))
    assert (proof.since, proof.seconds, proof.running) == (ended.since, 3 * 3600, True)


def test_no_use_proves_nothing() -> None:
    """Without a use there is no proof, not an empty one."""
    assert prove_use([], NOW) is None
