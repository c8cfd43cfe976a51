"""The rows of a service, sorted out once."""

from chassis.motions import Every, Keeps, Lineage, On, Project, Table, Watch, keep_nothing
from contracts import topics
from contracts.apps.events import AppPublished, AppWithdrawn
from contracts.community.requests import ReviewSubmitted
from tests.fakes.chassis_messages import app_published, context_of


async def first(_event: object, _world: object) -> None:
    """A use case."""


async def second(_event: object, _world: object) -> None:
    """Another."""


def fold(_document: object, _event: object) -> dict[str, object]:
    """A fold."""
    return {}


PAGES = Project("pages", 3, (topics.APPS, topics.RULES), lambda event: event.context.subject, fold)
TABLE = Table((
    On(AppPublished, first), On(AppPublished, second), On(AppWithdrawn, first), On(ReviewSubmitted, first),
    Every(5, first), Watch("folders", first), Keeps(topics.REVIEWS), PAGES,
))  # fmt: skip


def test_each_topic_is_read_once() -> None:
    """However many rows need a topic, it is subscribed to once, and own topics not at all."""
    assert TABLE.topics_read == (topics.APPS, topics.REVIEW_REQUESTS, topics.RULES)


def test_a_message_may_lead_to_several_use_cases() -> None:
    """They run in the order of their rows."""
    assert TABLE.use_cases["nl.appstore.app.published.v1"] == (first, second)
    assert set(TABLE.use_cases) == {
        "nl.appstore.app.published.v1", "nl.appstore.app.withdrawn.v1", "nl.appstore.review.submitted.v1",
    }  # fmt: skip


def test_rows_are_found_by_kind() -> None:
    """Timers, watches and folds are picked out of the table in their order."""
    assert [row.do for row in TABLE.of(Every)] == [first]
    assert [row.source for row in TABLE.of(Watch)] == ["folders"]
    assert [row.topic for row in TABLE.of(Keeps)] == [topics.REVIEWS]


def test_a_read_model_lives_under_the_version_of_its_fold() -> None:
    """A new fold builds beside the old one."""
    assert PAGES.collection == "pages_v3"


def test_a_topic_without_state_keeps_only_its_numbering() -> None:
    """The default fold makes nothing of an event."""
    assert keep_nothing(None, None) is None  # type: ignore[arg-type, func-returns-value]


def test_a_lineage_is_what_effects_have_in_common() -> None:
    """An effect has the event's correlation, team, actor and trace, and the event as what caused it."""
    context = context_of(app_published("01936c7e-0000-7000-8000-000000000a00"))
    lineage = Lineage.of(context)
    assert (lineage.correlation, lineage.causation, lineage.team) == (context.correlationid, context.id, context.team)
