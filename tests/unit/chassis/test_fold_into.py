"""One event folded into one document of a read model, guarded by the cursors kept in it."""

from dataclasses import replace
from typing import Any

import pytest

from chassis.documents import fold_into
from chassis.handle import Outcome
from chassis.mongo import Document
from chassis.motions import Project
from contracts import topics
from contracts.envelope import Event
from tests.fakes.chassis_messages import app_published, event_of

APP = "01936c7e-0000-7000-8000-000000000a00"


def count(document: Document | None, event: Event[Any]) -> Document:
    """How many events, and the last title."""
    return {"count": (document or {}).get("count", 0) + 1, "title": event.data.title}


COUNTS = Project("counts", 1, (topics.APPS,), lambda event: str(event.data.app), count)


class Folded:
    """Documents under way, as a poll has them."""

    def __init__(self, projection: Project = COUNTS) -> None:
        self.projection = projection
        self.documents: dict[str, Document] = {}
        self.changed: set[str] = set()

    def fold(self, number: int, title: str = "An app", app: str = APP) -> Outcome:
        """Fold the app's event with this number."""
        event = event_of(app_published(app, title), number)
        return fold_into(self.projection, self.documents, "catalog.apps", event, self.changed)


def test_events_fold_in_their_order() -> None:
    """Each event once, the revision counts them, and the document is marked as changed."""
    folded = Folded()
    assert [folded.fold(number, f"Title {number}") for number in (1, 2)] == [Outcome.HANDLED, Outcome.HANDLED]
    document = folded.documents[APP]
    assert (document["count"], document["title"], document["revision"], document["_id"]) == (2, "Title 2", 2, APP)
    assert folded.changed == {APP}


def test_repeats_and_gaps_change_nothing() -> None:
    """An event that was folded, or whose predecessor was not, leaves the document as it is."""
    folded = Folded()
    folded.fold(1)
    before = dict(folded.documents[APP])
    folded.changed.clear()
    assert [folded.fold(1), folded.fold(3)] == [Outcome.REPEAT, Outcome.GAP]
    assert folded.documents[APP] == before
    assert folded.changed == set()


def test_an_event_for_no_document_is_passed_over() -> None:
    """A projection may have no document for an event."""
    nobody = replace(COUNTS, document=lambda _event: None)
    folded = Folded(nobody)
    assert folded.fold(1) is Outcome.PASSED
    assert folded.documents == {}


def test_a_document_per_event_needs_no_numbering() -> None:
    """It exists or it does not; the sequence plays no part."""
    lines = replace(COUNTS, per_event=True, document=lambda event: event.data.title)
    folded = Folded(lines)
    assert [folded.fold(7, "x"), folded.fold(7, "x"), folded.fold(3, "y")] == [
        Outcome.HANDLED, Outcome.REPEAT, Outcome.HANDLED,
    ]  # fmt: skip


def test_keys_that_differ_only_in_punctuation_have_cursors_of_their_own() -> None:
    """`a.b` and `a_b` are two keys, also inside one document."""
    one = replace(COUNTS, document=lambda _event: "all")
    folded = Folded(one)
    for subject in ("a.b", "a_b", "a%2Eb"):
        event = event_of(app_published(APP), 1, subject=subject)
        assert fold_into(one, folded.documents, "catalog.apps", event, folded.changed) is Outcome.HANDLED
    assert folded.documents["all"]["count"] == 3


def test_a_fold_that_throws_changes_nothing() -> None:
    """The document and its cursor stay as they were."""

    def fail(_document: Document | None, _event: Event[Any]) -> Document:
        raise ValueError("can't be folded")

    folded = Folded(replace(COUNTS, apply=fail))
    with pytest.raises(ValueError, match="folded"):
        folded.fold(1)
    assert folded.documents == {}
