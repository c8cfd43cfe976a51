"""A use: from healthy to failed or removed, and what several of them prove together."""

from datetime import datetime, timedelta

import pytest

from chassis.ledger import new_id
from contracts.community.events import ReviewPublished
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
from services.community.domain.use import MOST_SPANS, Span, Use, fold_use
from services.community.usecases.follow_use import follow_use
from services.community.usecases.publish_review import publish_review
from tests.fakes.chassis_messages import event_of, review_submitted
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


def spans(use: Use | None) -> list[tuple[str, int, int | None]]:
    """Version, first and last minute of each span."""
    assert use is not None

    def minute(moment: datetime | None) -> int | None:
        return None if moment is None else int((moment - NOW).total_seconds() // 60)

    return [(span.version, minute(span.since) or 0, minute(span.until)) for span in use.spans]


def test_a_span_begins_when_the_app_is_healthy_and_ends_when_it_is_gone() -> None:
    """From DeploymentSucceeded to DeploymentRemoved or DeploymentFailed; a second success changes nothing."""
    use = fold_use(None, at(0, SUCCEEDED))
    assert use == fold_use(use, at(5, SUCCEEDED))
    for ending in (REMOVED, FAILED):
        assert spans(fold_use(use, at(10, ending))) == [("1.2", 0, 10)]


def test_a_use_that_never_was_does_not_end() -> None:
    """A deployment that fails or is removed before it was healthy is no use, and one that starts is none yet."""
    assert [fold_use(None, at(0, event)) for event in (FAILED, REMOVED, STARTED)] == [None, None, None]


def test_what_was_run_before_is_not_forgotten() -> None:
    """A new version ends the span before it, and a success after an end begins another."""
    newer = SUCCEEDED.model_copy(update={"version": "1.3"})
    use = fold_use(fold_use(None, at(0, SUCCEEDED)), at(10, newer))
    use = fold_use(fold_use(use, at(20, FAILED)), at(30, newer))
    assert spans(use) == [("1.2", 0, 10), ("1.3", 10, 20), ("1.3", 30, None)]


def test_a_use_keeps_a_bounded_number_of_spans() -> None:
    """A deployment that comes and goes all day keeps its newest spans."""
    use = None
    for minute in range(0, 4 * MOST_SPANS, 2):
        use = fold_use(fold_use(use, at(minute, SUCCEEDED)), at(minute + 1, REMOVED))
    assert len(spans(use)) == MOST_SPANS
    assert spans(use)[-1] == ("1.2", 4 * MOST_SPANS - 2, 4 * MOST_SPANS - 1)


async def test_events_are_followed_into_what_is_kept() -> None:
    """The use case keeps the use under its deployment."""
    memory = Memory()
    for minutes, event in ((0, STARTED), (1, SUCCEEDED), (3, REMOVED)):
        await follow_use(at(minutes, event), memory.world())
    assert spans(memory.kept[DEPLOYMENT]) == [("1.2", 1, 3)]


def use_of(environment: str, *parts: Span) -> Use:
    """A use of the app by the team."""
    return Use(deployment=new_id(), app=APP, team=TEAM, environment=environment, spans=parts)


def hours(version: str, since: int, until: int | None = None) -> Span:
    """A span in hours before now."""
    ended = None if until is None else NOW - timedelta(hours=until)
    return Span(version=version, since=NOW - timedelta(hours=since), until=ended)


def test_a_proof_adds_up_all_uses() -> None:
    """Versions and places in the order of use, each once; the time in all; running when one still runs."""
    proof = prove_use([use_of("production", hours("2", 1)), use_of("test", hours("1", 5, 4))], NOW)
    assert proof is not None
    assert (proof.versions, proof.environments) == (("1", "2"), ("test", "production"))
    assert (proof.since, proof.seconds, proof.running) == (NOW - timedelta(hours=5), 7200, True)


def test_a_proof_is_of_the_moment_of_writing() -> None:
    """What began later does not count, and what ended later still ran."""
    moment = NOW - timedelta(hours=3)
    proof = prove_use([use_of("test", hours("1", 5, 1), hours("2", 1))], moment)
    assert proof is not None
    assert (proof.versions, proof.seconds, proof.running) == (("1",), 7200, True)
    assert prove_use([use_of("test", hours("2", 1))], moment) is None


@pytest.mark.parametrize("review_comes", [0, 1, 2, 3])
async def test_a_proof_does_not_depend_on_which_came_first(review_comes: int) -> None:
    """A review written an hour after the app was healthy has that proof in the end, whenever it is read."""
    memory = Memory(apps={APP}, team=TEAM)
    written = event_of(review_submitted(APP), actor=new_id(), team=TEAM, time=NOW + timedelta(hours=1))
    happened = [at(0, SUCCEEDED), at(120, REMOVED), at(180, SUCCEEDED)]
    for number in range(len(happened) + 1):
        if number == review_comes:
            await publish_review(written, memory.world())
        if number < len(happened):
            await follow_use(happened[number], memory.world())
    newest = memory.recorded[-1]
    assert isinstance(newest, ReviewPublished)
    assert newest.proof is not None
    assert (newest.proof.versions, newest.proof.seconds, newest.proof.running) == (("1.2",), 3600, True)
    assert len(memory.recorded) == (2 if review_comes == 0 else 1)
