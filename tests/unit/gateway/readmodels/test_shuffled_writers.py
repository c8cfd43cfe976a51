"""Nothing depends on arrival order between writers: the same events, shuffled, give the same documents (rule 6)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.documents import fold_into
from chassis.handle import Outcome
from chassis.motions import Project
from contracts import topics
from contracts.apps.events import VersionWithdrawn
from contracts.community.events import ReviewRefused
from contracts.compliance.events import EvidenceRecorded, EvidenceRefused
from contracts.compliance.evidence import EvidenceKind
from contracts.compliance.verdict import ScoreChange
from contracts.envelope import Event
from contracts.held import MessageHeld
from services.gateway.readmodels.store import MODELS
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling, an_id

Collections = dict[str, dict[str, Any]]


def _everything() -> list[Event[Any]]:
    tell = Telling()
    rows: list[tuple[Any, int | None]] = [
        (told.app(), None),
        (told.version(), None),
        (told.version(tag="1.1"), None),
        (VersionWithdrawn(app=told.APP, version="1.1"), None),
        (told.app(told.OTHER_APP, "qdrant", "Qdrant"), None),
        (told.scored(), None),
        (told.scored(points=80, change=ScoreChange.EVIDENCE), None),
        (told.requested(), None),
        (told.approved(), 1),
        (told.started(), 1),
        (told.progressed(), 1),
        (told.succeeded(), 1),
        (told.requested("1.1"), None),
        (told.approved(), 2),
        (told.started(2), 2),
        (told.failed(2), 2),
        (told.removal_requested(), None),
        (told.removed(), 3),
        (told.review(), None),
        (ReviewRefused(review=an_id(73), app=told.APP, code="already-reviewed"), None),
        (EvidenceRecorded(evidence=an_id(81), app=told.APP, version="1.0", kind=EvidenceKind.DPIA, fact={}), None),
        (EvidenceRefused(evidence=an_id(82), code="evidence-has-expired", params={"day": "2026-01-01"}), None),
        (
            MessageHeld(
                held=an_id(91),
                service="gateway",
                from_topic="a.b",
                partition=0,
                offset=3,
                reason="bad-data",
                correlation=told.OPERATION,
            ),
            None,
        ),
    ]
    return [tell(payload, generation=generation, team=told.TEAM, actor=told.PERSON) for payload, generation in rows]


EVENTS = _everything()


def _folded(events: Sequence[Event[Any]]) -> Collections:
    collections: Collections = defaultdict(dict)
    for event in events:
        topic = event.data.topic
        for model in _reading(topic):
            outcome = fold_into(model, collections[model.collection], topic.name, event, set())
            assert outcome in {Outcome.HANDLED, Outcome.PASSED}
    return collections


def _reading(topic: topics.Topic) -> list[Project]:
    return [model for model in MODELS if topic in model.topics]


@st.composite
def shuffled(draw: st.DrawFn) -> list[Event[Any]]:
    """The events in another order, in which each topic and key keeps its own."""
    queues: dict[tuple[str, str], list[Event[Any]]] = defaultdict(list)
    for event in EVENTS:
        queues[event.data.topic.name, event.context.subject].append(event)
    order = draw(st.permutations([place for place, queue in queues.items() for _ in queue]))
    return [queues[place].pop(0) for place in order]


@given(shuffled())
@settings(max_examples=60, deadline=None)
def test_shuffled_writers_give_the_same_documents(events: list[Event[Any]]) -> None:
    """Apps, verdicts, deployments, timelines, reviews, evidence and held messages do not depend on arrival order."""
    assert _folded(events) == _folded(EVENTS)


@given(shuffled())
@settings(max_examples=20, deadline=None)
def test_a_second_delivery_changes_nothing(events: list[Event[Any]]) -> None:
    """Every event delivered twice is folded once."""
    once = _folded(events)
    for event in events:
        for model in _reading(event.data.topic):
            assert fold_into(model, once[model.collection], event.data.topic.name, event, set()) is Outcome.REPEAT, (
                model.name
            )
    assert once == _folded(EVENTS)
