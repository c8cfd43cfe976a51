"""A review is published with its proof of use, refused with its reason, or waits for its app."""

from datetime import datetime, timedelta

import pytest

from chassis.errors import NotKnownYet
from chassis.ledger import new_id
from contracts import topics
from contracts.community.events import (
    AlreadyReviewed,
    ReviewAboutNothingKnown,
    ReviewEvent,
    ReviewPublished,
    ReviewRefused,
)
from contracts.community.requests import ReviewSubmitted
from contracts.envelope import Event
from contracts.held import SkippedByOperator
from services.community.domain.use import Span, Use
from services.community.usecases.publish_review import publish_review
from services.community.usecases.refuse_skipped_review import refuse_skipped_review
from services.community.usecases.remember_app import remember_app
from tests.fakes.chassis_messages import app_published, event_of, review_submitted
from tests.fakes.community import NOW, Memory

APP, AUTHOR, TEAM = (new_id() for _ in range(3))


def submitted(app: str = APP, author: str | None = AUTHOR, team: str | None = TEAM) -> Event[ReviewSubmitted]:
    """A review of the app, to be answered within a minute."""
    payload = review_submitted(app).model_copy(update={"decide_by": NOW + timedelta(seconds=60)})
    return event_of(payload, actor=author, team=team, time=NOW)


def ran(team: str, since: datetime) -> Use:
    """A team's use of the app that goes on."""
    span = Span(version="1.2", since=since)
    return Use(deployment=new_id(), app=APP, team=team, environment="test", spans=(span,))


def told(memory: Memory) -> ReviewEvent:
    """The one thing that was told."""
    [event] = memory.recorded
    assert isinstance(event, ReviewEvent)
    return event


async def test_a_review_of_somebody_whose_team_ran_the_app_has_its_proof() -> None:
    """Versions, places, since when and for how long come from the events, and the author is the request's actor."""
    use = ran(TEAM, NOW - timedelta(hours=2))
    memory = Memory(apps={APP}, kept={use.deployment: use})
    asked = submitted()
    await publish_review(asked, memory.world())
    published = told(memory)
    assert isinstance(published, ReviewPublished)
    assert (published.author, published.rating, published.text) == (AUTHOR, asked.data.rating, asked.data.text)
    assert published.proof is not None
    assert (published.proof.versions, published.proof.seconds, published.proof.running) == (("1.2",), 7200, True)


async def test_who_never_ran_it_has_no_proof() -> None:
    """A use by another team, or of another app, proves nothing; nor does a person without a team."""
    other = ran(new_id(), NOW)
    for team in (TEAM, None):
        memory = Memory(apps={APP}, kept={other.deployment: other})
        await publish_review(submitted(team=team), memory.world())
        published = told(memory)
        assert isinstance(published, ReviewPublished)
        assert published.proof is None


async def test_one_person_has_one_review_of_an_app() -> None:
    """The second is refused with the code of AlreadyReviewed; another person's is published."""
    memory = Memory(apps={APP})
    for author in (AUTHOR, AUTHOR, new_id()):
        await publish_review(submitted(author=author), memory.world())
    assert [type(event) for event in memory.recorded] == [ReviewPublished, ReviewRefused, ReviewPublished]
    refused = memory.recorded[1]
    assert isinstance(refused, ReviewRefused)
    assert refused.code == AlreadyReviewed.code


async def test_a_review_of_an_app_not_heard_of_waits_and_is_then_refused() -> None:
    """Until its decideBy it waits for the app; after that the answer is the code of ReviewAboutNothingKnown."""
    memory = Memory()
    with pytest.raises(NotKnownYet) as unknown:
        await publish_review(submitted(), memory.world())
    assert (unknown.value.topic, unknown.value.key) == (topics.APPS, APP)
    assert memory.recorded == []
    memory.time = NOW + timedelta(seconds=60)
    await publish_review(submitted(), memory.world())
    refused = told(memory)
    assert isinstance(refused, ReviewRefused)
    assert refused.code == ReviewAboutNothingKnown.code


async def test_an_app_that_appeared_can_be_reviewed() -> None:
    """After AppPublished a review of the app is taken."""
    memory = Memory()
    await remember_app(event_of(app_published(APP)), memory.world())
    await publish_review(submitted(), memory.world())
    assert isinstance(told(memory), ReviewPublished)


async def test_a_review_that_an_operator_skips_is_refused() -> None:
    """Its author hears why, and the operation ends."""
    memory = Memory(apps={APP})
    await refuse_skipped_review(submitted(), memory.world())
    refused = told(memory)
    assert isinstance(refused, ReviewRefused)
    assert refused.code == SkippedByOperator.code
