"""What the deployer's own events make of a deployment, and what was stored before they could say so much."""

from typing import Any

import pytest

from contracts.deployments.events import (
    DeploymentCancelled,
    DeploymentClosed,
    DeploymentEvent,
    DeploymentFailed,
    DeploymentRemoved,
    DeploymentRollbackStarted,
    DeploymentRolledBack,
    DeploymentStarted,
    DeploymentSucceeded,
)
from contracts.deployments.reasons import Cause, ClosedOutcome, Fault
from services.deployer.domain.deployment import Deployment, Phase, Proven, evolve
from services.deployer.domain.desired import Desired
from services.deployer.domain.known_request import CameFrom, KnownRequest
from tests.fakes.deployer_examples import APP, DEPLOYMENT, START, an_environment, an_event, asked
from tests.unit.deployer.specs import SMALL

WHY: dict[str, Any] = {"cause": Cause.CRASH_LOOP, "fault": Fault.APP, "params": {"restarts": 3}}
BACK: dict[str, Any] = {"revision": 2, "to_revision": 1, "to_version": "1.0", **WHY}


def about(kind: type[DeploymentEvent], **more: Any) -> DeploymentEvent:
    """An event about version 2.0."""
    return kind(deployment=DEPLOYMENT, app=APP, environment=an_environment(), **{"version": "2.0", **more})


def folded(*told: tuple[int, DeploymentEvent]) -> Deployment:
    """The deployment after these events, each with its generation."""
    state = None
    for generation, data in told:
        state = evolve(state, an_event(data, START, generation=generation))
    assert state is not None
    return state


RAN = (
    (1, about(DeploymentStarted, version="1.0", name="assistant", revision=1)),
    (1, about(DeploymentSucceeded, version="1.0", revision=1, replicas=1, objects=())),
)
UPGRADE = (*RAN, (2, about(DeploymentStarted, name="assistant", revision=2)))


@pytest.mark.parametrize(
    ("final", "phase", "version", "ended"),
    [
        (about(DeploymentSucceeded, revision=2, replicas=1, objects=()), Phase.SUCCEEDED, "2.0", 2),
        (about(DeploymentFailed, revision=2, **WHY), Phase.FAILED, "2.0", 2),
        (about(DeploymentRollbackStarted, **BACK), Phase.ROLLING_BACK, "2.0", 1),
        (about(DeploymentRolledBack, **BACK), Phase.ROLLED_BACK, "1.0", 2),
        (about(DeploymentClosed, outcome=ClosedOutcome.CANCELLED), Phase.CANCELLED, "2.0", 2),
        (about(DeploymentClosed, outcome=ClosedOutcome.SUPERSEDED), Phase.SUPERSEDED, "2.0", 2),
        (about(DeploymentRemoved), Phase.REMOVED, "2.0", 2),
    ],
)
def test_each_end_of_an_upgrade(final: DeploymentEvent, phase: Phase, version: str, ended: int) -> None:
    """Where it is after that, what runs, and whether it still owes its end."""
    state = folded(*UPGRADE, (2, final))
    assert (state.phase, state.version, state.ended, state.told) == (phase, version, ended, ())


def test_the_revision_that_succeeded_last_is_proven() -> None:
    """A failure, a rollback and a cancel do not change it; a removal leaves nothing to go back to."""
    assert folded(*UPGRADE, (2, about(DeploymentFailed, revision=2, **WHY))).proven == Proven(revision=1, version="1.0")
    assert folded(*UPGRADE, (2, about(DeploymentRolledBack, **BACK))).proven == Proven(revision=1, version="1.0")
    assert folded(*RAN, (2, about(DeploymentRemoved))).proven is None


@pytest.mark.parametrize(
    "answer",
    [about(DeploymentClosed, outcome=ClosedOutcome.TOO_LATE), about(DeploymentCancelled, cancelled=2)],
)
def test_the_answer_to_a_cancel_ends_nothing_else(answer: DeploymentEvent) -> None:
    """A rollout or a removal with a lower generation still owes its own end."""
    assert folded(*UPGRADE, (3, answer)) == folded(*UPGRADE)


def test_what_was_refused_before_it_started_changes_nothing_that_runs() -> None:
    """It has a number of its own, and the phase is that of what runs."""
    state = folded(*RAN, (2, about(DeploymentFailed, revision=2, **WHY)))
    assert (state.phase, state.revision, state.ended) == (Phase.SUCCEEDED, 2, 2)


def test_a_state_of_an_earlier_release_is_read() -> None:
    """What was proven follows from its phase; an unfinished rollout says nothing about what was before it."""
    stored = folded(*RAN).model_dump(mode="json", exclude={"proven", "rollback"})
    assert Deployment.model_validate(stored).proven == Proven(revision=1, version="1.0")
    assert Deployment.model_validate({**stored, "phase": "rolling-out"}).proven is None


def test_requests_and_descriptions_of_an_earlier_release_are_read() -> None:
    """The fields that came later have the value those requests meant."""
    later = {"intent", "parameters", "secrets", "replicas", "restarted_at", "revision", "cancel"}
    request = KnownRequest.of(asked().data, 1, START, CameFrom(correlation="c"))
    stored = request.model_dump(mode="json", exclude=later)
    assert KnownRequest.model_validate(stored) == request
    desired = Desired.model_validate({"request": stored, "spec": SMALL.model_dump(mode="json", exclude={"parameters"})})
    assert desired == Desired(request=request, spec=SMALL)
