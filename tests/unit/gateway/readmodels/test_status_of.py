"""How an operation about a deployment stands, from the parts of the document's three writers."""

import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from contracts.deployments.reasons import ClosedOutcome
from contracts.envelope import Event
from services.gateway.readmodels.deployment import apply, is_gone, newest_generation, status_of
from tests.fakes import gateway_changes as changes
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling

Row = tuple[Any, int | None]
DEPLOY: tuple[Row, ...] = ((told.requested(), None), (told.approved(), 1), (told.started(), 1), (told.succeeded(), 1))
AGAIN: tuple[Row, ...] = (*DEPLOY, (told.requested("1.1"), None))
UPGRADE: tuple[Row, ...] = (*AGAIN, (told.started(2), 2))
TAKEN_BACK: tuple[Row, ...] = (
    *UPGRADE,
    (changes.cancel_requested(2), None),
    (told.closed(ClosedOutcome.CANCELLED), 2),
    (changes.cancelled(2), 3),
)
TOO_LATE: tuple[Row, ...] = (*UPGRADE, (changes.cancel_requested(2), None), (told.succeeded(2), 2))
REMOVE: tuple[Row, ...] = (*DEPLOY, (told.removal_requested(), None))


def _told(rows: Sequence[Row]) -> list[Event[Any]]:
    tell = Telling()
    return [tell(payload, generation=generation, team=told.TEAM, actor=told.PERSON) for payload, generation in rows]


def _folded(rows: Sequence[Row]) -> dict[str, Any]:
    found: dict[str, Any] | None = None
    for event in _told(rows):
        found = apply(found, event)
    assert found is not None
    return found


def _each_writer_in_order(events: Sequence[Event[Any]]) -> bool:
    heard = [(event.data.topic.name, event.context.number) for event in events]
    return all(
        heard.index((topic, number)) < position
        for position, (topic, after) in enumerate(heard)
        if (number := after - 1)
    )


STATES: dict[str, tuple[Sequence[Row], int, str]] = {
    "asked": (DEPLOY[:1], 1, "accepted"),
    "approved, not started": (DEPLOY[:2], 1, "running"),
    "started": (DEPLOY[:3], 1, "running"),
    "started, its approval not heard": ((DEPLOY[0], DEPLOY[2]), 1, "running"),
    "healthy": (DEPLOY, 1, "succeeded"),
    "rejected, not closed by its owner": ((DEPLOY[0], (told.rejected(), 1)), 1, "accepted"),
    "rejected": ((DEPLOY[0], (told.rejected(), 1), (told.closed(ClosedOutcome.REJECTED), 1)), 1, "rejected"),
    "nobody answered": ((DEPLOY[0], (told.closed(ClosedOutcome.UNDECIDED), 1)), 1, "failed"),
    "failed": ((*DEPLOY[:3], (told.failed(), 1)), 1, "failed"),
    "asked again, the first": (AGAIN, 1, "succeeded"),
    "asked again, the second": (AGAIN, 2, "accepted"),
    "asked again and started": ((*AGAIN, (told.approved(), 2), (told.started(2), 2)), 2, "running"),
    "asked again and failed": ((*AGAIN, (told.started(2), 2), (told.failed(2), 2)), 2, "failed"),
    "asked again before the first ended": (
        (DEPLOY[0], (told.requested("1.1"), None), (told.closed(ClosedOutcome.SUPERSEDED), 1)),
        1,
        "cancelled",
    ),
    "upgrade goes back": ((*UPGRADE, (changes.rollback_started(), 2)), 2, "running"),
    "upgrade went back": ((*UPGRADE, (changes.rollback_started(), 2), (changes.rolled_back(), 2)), 2, "rolled-back"),
    "taking back asked": ((*UPGRADE, (changes.cancel_requested(2), None)), 3, "running"),
    "taking back asked, the upgrade": ((*UPGRADE, (changes.cancel_requested(2), None)), 2, "running"),
    "taken back": (TAKEN_BACK, 3, "succeeded"),
    "taken back, the upgrade": (TAKEN_BACK, 2, "cancelled"),
    "too late to take back": ((*TOO_LATE, (told.closed(ClosedOutcome.TOO_LATE), 3)), 3, "rejected"),
    "removal asked": (REMOVE, 2, "running"),
    "removal asked, the deploy before it": (REMOVE, 1, "succeeded"),
    "removed": ((*REMOVE, (told.removed(), 2)), 2, "succeeded"),
    "third generation after an upgrade": (
        (*AGAIN, (told.removal_requested(), None), (told.removed(), 3)),
        3,
        "succeeded",
    ),
    "a generation nobody asked for": (DEPLOY, 9, "accepted"),
}


@pytest.mark.parametrize("case", STATES)
def test_an_operation_has_the_status_its_events_give(case: str) -> None:
    """Each state of DESIGN's table follows from what the three writers told."""
    rows, generation, status = STATES[case]
    assert status_of(_folded(rows), generation) == status


def test_an_operation_nothing_was_heard_of_is_accepted() -> None:
    """Between 202 and the first event an operation is accepted."""
    assert status_of(None, 1) == "accepted"


@pytest.mark.parametrize("case", [name for name, (rows, _, _) in STATES.items() if len(rows) <= 5])
def test_the_status_does_not_depend_on_which_writer_is_heard_first(case: str) -> None:
    """Whatever the order of the three writers, the same events give the same status."""
    rows, generation, status = STATES[case]
    for order in filter(_each_writer_in_order, itertools.permutations(_told(rows))):
        found: dict[str, Any] | None = None
        for event in order:
            found = apply(found, event)
        assert status_of(found, generation) == status


GONE: dict[str, tuple[Sequence[Row], bool]] = {
    "asked": (DEPLOY[:1], False),
    "healthy": (DEPLOY, False),
    "rejected, never ran": ((DEPLOY[0], (told.rejected(), 1), (told.closed(ClosedOutcome.REJECTED), 1)), True),
    "failed after it started": ((*DEPLOY[:3], (told.failed(), 1)), False),
    "upgrade rejected, the first runs": ((*AGAIN, (told.closed(ClosedOutcome.REJECTED), 2)), False),
    "taken back before it ran": (
        (
            DEPLOY[0],
            (changes.cancel_requested(1), None),
            (told.closed(ClosedOutcome.CANCELLED), 1),
            (changes.cancelled(1), 2),
        ),
        True,
    ),
    "first rollout taken back": (
        (*DEPLOY[:3], (changes.cancel_requested(1), None), (told.closed(ClosedOutcome.CANCELLED), 1)),
        True,
    ),
    "second rollout taken back after a first that failed": (
        (
            *DEPLOY[:3],
            (told.failed(), 1),
            (told.requested("1.1"), None),
            (told.started(2), 2),
            (told.closed(ClosedOutcome.CANCELLED), 2),
        ),
        False,
    ),
    "being taken back": ((DEPLOY[0], (changes.cancel_requested(1), None)), False),
    "upgrade taken back, the first runs": (TAKEN_BACK, False),
    "removal under way": (REMOVE, False),
    "removed": ((*REMOVE, (told.removed(), 2)), True),
    "asked again after its removal": ((*REMOVE, (told.removed(), 2), (told.requested(), None)), False),
}


@pytest.mark.parametrize("case", GONE)
def test_a_deployment_is_gone_when_nothing_of_it_stands_or_is_coming(case: str) -> None:
    """A name is free again after a final removal, or when its deployment never ran."""
    rows, gone = GONE[case]
    assert is_gone(_folded(rows)) is gone


def test_a_deployment_only_its_owner_told_of_is_not_gone() -> None:
    """A deployment whose request was not heard yet holds its name."""
    found = apply(None, Telling()(told.started(), generation=1))
    assert newest_generation(found) == 0
    assert not is_gone(found)
