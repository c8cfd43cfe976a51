"""Nothing depends on arrival order between writers: the same events, shuffled, give the same documents (rule 6)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.digest import Digest
from chassis.documents import fold_into
from chassis.handle import Outcome
from chassis.motions import Project
from chassis.wire import RawMessage, read_context, read_event
from contracts import topics
from contracts.apps.events import VersionWithdrawn
from contracts.community.events import ReviewRefused
from contracts.compliance.events import EvidenceRecorded, EvidenceRefused
from contracts.compliance.evidence import EvidenceKind
from contracts.compliance.verdict import ScoreChange
from contracts.deployments.reasons import ClosedOutcome
from contracts.deployments.secrets import SealingKeyPublished, SecretStored
from contracts.envelope import Event
from contracts.held import MessageHeld
from services.gateway.readmodels.store import MODELS
from tests.fakes import gateway_changes as changes
from tests.fakes import gateway_events as told
from tests.fakes.database_copy import stored_in
from tests.fakes.gateway_events import Telling, an_id

Collections = dict[str, dict[str, Any]]
RELEASE = Path(__file__).parents[3] / "releases" / "0.1.0"


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
        (told.requested("1.2"), None),
        (told.approved(), 3),
        (told.started(3), 3),
        (changes.rollback_started(3), 3),
        (changes.rolled_back(3), 3),
        (told.requested("1.3"), None),
        (changes.cancel_requested(4), None),
        (told.closed(ClosedOutcome.CANCELLED), 4),
        (changes.cancelled(4), 5),
        (told.removal_requested(), None),
        (told.removed(), 6),
        (SealingKeyPublished(cluster=told.CLUSTER, sealing_key=an_id(84), public_key="A" * 43 + "="), None),
        (SecretStored(secret=an_id(85), deployment=told.DEPLOYMENT, parameter="password"), None),
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


def _recorded() -> list[Event[Any]]:
    """What services of an earlier release recorded, by their stamps."""
    entries = [entry for file in sorted(RELEASE.glob("*.bson.gz")) for entry in stored_in(file, "ledger")]
    entries.sort(key=lambda entry: (entry["hlc"], entry["topic"], entry["sequence"]))
    read = {topic.name for model in MODELS for topic in model.topics}
    return [_event_of(entry) for entry in entries if entry["topic"] in read]


def _event_of(entry: dict[str, Any]) -> Event[Any]:
    headers = tuple((name, text.encode()) for name, text in entry["headers"])
    raw = RawMessage(entry["topic"], 0, 0, entry["key"].encode(), bytes(entry["value"]), headers, "an-epoch")
    return read_event(raw, read_context(raw))


STORIES = {"told": _everything(), "recorded": _recorded()}


def _folded(events: Sequence[Event[Any]]) -> Collections:
    collections: Collections = {model.collection: {} for model in MODELS}
    for event in events:
        topic = event.data.topic
        for model in _reading(topic):
            outcome = fold_into(model, collections[model.collection], topic.name, event, set())
            assert outcome in {Outcome.HANDLED, Outcome.PASSED}
    return collections


def _digests(collections: Collections) -> dict[str, str]:
    """What `appstore readmodels digest` would show."""
    found = {}
    for model in MODELS:
        digest = Digest(model.name, model.fold)
        for _, document in sorted(collections[model.collection].items()):
            digest.add(document)
        found[model.name] = digest.text
    return found


def _reading(topic: topics.Topic) -> list[Project]:
    return [model for model in MODELS if topic in model.topics]


DIGESTS = {name: _digests(_folded(events)) for name, events in STORIES.items()}


@st.composite
def shuffled(draw: st.DrawFn, story: str) -> list[Event[Any]]:
    """The story's events in another order, in which each topic and key keeps its own."""
    queues: dict[tuple[str, str], list[Event[Any]]] = defaultdict(list)
    for event in STORIES[story]:
        queues[event.data.topic.name, event.context.subject].append(event)
    order = draw(st.permutations([place for place, queue in queues.items() for _ in queue]))
    return [queues[place].pop(0) for place in order]


def test_the_stories_tell_something_of_every_read_model() -> None:
    """Between them they make documents of every model, and the recorded one is a whole story."""
    made = [_folded(events) for events in STORIES.values()]
    assert all(any(collections[model.collection] for collections in made) for model in MODELS)
    assert len(STORIES["recorded"]) > 50


@pytest.mark.parametrize("story", STORIES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_shuffled_writers_give_the_same_digests(story: str, data: st.DataObject) -> None:
    """No read model depends on the order in which writers are heard: every digest is the same."""
    assert _digests(_folded(data.draw(shuffled(story)))) == DIGESTS[story]


@pytest.mark.parametrize("story", STORIES)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_a_second_delivery_changes_nothing(story: str, data: st.DataObject) -> None:
    """Every event delivered twice is folded once."""
    events = data.draw(shuffled(story))
    once = _folded(events)
    for event in events:
        for model in _reading(event.data.topic):
            assert fold_into(model, once[model.collection], event.data.topic.name, event, set()) is Outcome.REPEAT, (
                model.name
            )
    assert _digests(once) == DIGESTS[story]


def test_another_order_within_a_key_is_another_story() -> None:
    """The digest sees what the guard of the cursors keeps out: a key whose events changed places."""
    events = list(STORIES["told"])
    events[5], events[6] = replace(events[5], data=events[6].data), replace(events[6], data=events[5].data)
    assert _digests(_folded(events)) != DIGESTS["told"]
