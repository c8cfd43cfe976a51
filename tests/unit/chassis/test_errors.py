"""Whose trouble a database's error is: the work's, another writer's, or the database's own."""

import pytest
from pymongo.errors import AutoReconnect, DuplicateKeyError, OperationFailure, ServerSelectionTimeoutError

from chassis.errors import Conflict, NotKnownYet, NotNow
from chassis.mongo import is_away, is_conflict
from contracts import topics

TRANSIENT = {"errorLabels": ["TransientTransactionError"]}


@pytest.mark.parametrize(
    ("error", "away", "conflict"),
    [
        (AutoReconnect("closed"), True, False),
        (ServerSelectionTimeoutError("no primary"), True, False),
        (OperationFailure("shutdown", 91), True, False),
        (OperationFailure("not primary", 10107, TRANSIENT), True, False),
        (OperationFailure("write conflict", 112, TRANSIENT), False, True),
        (OperationFailure("write conflict, told without its label", 112), False, True),
        (OperationFailure("no such transaction", 251, TRANSIENT), False, True),
        (OperationFailure("snapshot too old", 239, TRANSIENT), False, True),
        (DuplicateKeyError("twice", 11000), False, False),
        (OperationFailure("bad value", 2), False, False),
        (Conflict(), False, True),
        (ValueError(), False, False),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_each_error_is_somebodys(error: Exception, *, away: bool, conflict: bool) -> None:
    """Away means wait, conflict means read again, and the rest is the work's own failure."""
    assert (is_away(error), is_conflict(error)) == (away, conflict)


def test_not_known_yet_is_a_kind_of_not_now() -> None:
    """Who only knows NotNow tries again; who knows more waits for the key that is named."""
    unknown = NotKnownYet(topics.APPS, "an-app")
    assert isinstance(unknown, NotNow)
    assert str(unknown) == "catalog.apps/an-app is not known yet"
    assert (unknown.topic, unknown.key) == (topics.APPS, "an-app")
