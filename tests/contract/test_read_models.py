"""Every read model of every service folds the golden examples to the same documents, whatever the order of writers."""

import json
import random
from collections import defaultdict
from typing import Any

import pytest

from chassis.documents import fold_into
from chassis.handle import Outcome
from chassis.ledger import new_id
from chassis.mongo import Document
from chassis.motions import Project
from contracts import topics
from contracts.envelope import Context, Event, padded
from contracts.messages import all_messages
from infra.export.examples import example_of
from infra.export.tables import services_with_a_table
from tests.architecture.source import ROOT

PROJECTIONS = [row for _, table in services_with_a_table(ROOT) for row in table.of(Project)]
ORDERS = 40


def histories() -> dict[tuple[str, str], list[Event[Any]]]:
    """Topic and key → a history of that key: each of the topic's messages twice, numbered on, in the order of time."""
    kept: dict[tuple[str, str], list[Event[Any]]] = defaultdict(list)
    for topic in topics.ALL:
        for name, message in [*all_messages().items(), *all_messages().items()]:
            if message.topic.subject != topic.subject:
                continue
            example = example_of(message)
            history = kept[topic.name, example["key"]]
            headers = {**example["headers"], "ce_id": new_id(), "ce_sequence": padded(len(history) + 1)}
            headers["ce_source"] = headers["ce_source"].rsplit("-", 1)[0] + f"-{topic.writer}"
            headers["ce_hlc"] = f"{1795509000000 + len(kept) * 7 + len(history) * 1000:013d}.00000"
            context = Context.from_headers((name, value.encode()) for name, value in headers.items())
            kept[topic.name, example["key"]].append(
                Event(context, message.model_validate_json(json.dumps(example["data"])))
            )
            assert context.type == name
    return kept


HISTORIES = histories()


def folded(projection: Project, order: random.Random) -> dict[str, Document]:
    """What a projection makes of all histories, mixed in some order that keeps each key's own."""
    names = {topic.name for topic in projection.topics}
    queues = [(topic, list(history)) for (topic, _), history in HISTORIES.items() if topic in names]
    documents: dict[str, Document] = {}
    while queues := [queue for queue in queues if queue[1]]:
        topic, queue = order.choice(queues)
        outcome = fold_into(projection, documents, topic, queue.pop(0), set())
        assert outcome in {Outcome.HANDLED, Outcome.PASSED}
    return documents


@pytest.mark.parametrize("projection", PROJECTIONS, ids=[projection.name for projection in PROJECTIONS])
def test_the_order_of_writers_changes_nothing(projection: Project) -> None:
    """Forty orders of the same events, each key in its own order, give the same documents (DESIGN, rules 6 and 9)."""
    first = folded(projection, random.Random(0))  # noqa: S311 - the same orders each time
    assert first
    for seed in range(1, ORDERS):
        assert folded(projection, random.Random(seed)) == first, f"order {seed}"  # noqa: S311


@pytest.mark.parametrize("projection", PROJECTIONS, ids=[projection.name for projection in PROJECTIONS])
def test_documents_can_be_stored(projection: Project) -> None:
    """A document holds what MongoDB holds: text keys without dots or dollars at their start, and plain values."""
    documents = folded(projection, random.Random(0))  # noqa: S311 - any order will do
    assert [fault for document in documents.values() for fault in not_storable(document)] == []


def not_storable(value: object, place: str = "") -> list[str]:
    """The places in a document that MongoDB would refuse or change."""
    if isinstance(value, dict):
        wrong = [f"{place}.{key}" for key in value if not isinstance(key, str) or "." in key or key.startswith("$")]
        return wrong + [fault for key, inner in value.items() for fault in not_storable(inner, f"{place}.{key}")]
    if isinstance(value, list | tuple):
        return [fault for inner in value for fault in not_storable(inner, place)]
    plain = value is None or isinstance(value, str | int | float | bytes) or type(value).__name__ == "datetime"
    return [] if plain else [f"{place} is a {type(value).__name__}"]


def test_an_order_that_matters_and_a_value_that_is_lost_are_caught() -> None:
    """A fold that keeps the last writer's word differs by order; a set or a dotted key can't be stored."""
    last = Project(
        "last", 1, (topics.APPS, topics.REVIEWS), lambda _: "all", lambda _, event: {"last": event.context.type}
    )
    assert len({str(folded(last, random.Random(seed))["all"]["last"]) for seed in range(ORDERS)}) > 1  # noqa: S311
    assert not_storable({"a.b": 1, "c": {"$d": {1}}}) == [".a.b", ".c.$d", ".c.$d is a set"]
