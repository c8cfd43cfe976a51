"""A ledger with a hole: what is published, and what is said."""

from typing import Any

from chassis.health import Readiness
from chassis.numbering import Numbering, first_hole


def entry(key: str, number: int) -> dict[str, Any]:
    """A place in a ledger."""
    return {"topic": "catalog.apps", "key": key, "sequence": number}


def test_the_first_missing_number_is_the_hole() -> None:
    """Counting begins at one; what lies above the highest is not missing."""
    assert [first_hole(numbers) for numbers in ({1, 2, 3}, {1, 3, 5}, {2})] == [None, 2, 1]


def test_only_what_stands_before_a_hole_is_published() -> None:
    """A key with a hole is published up to it, another key whole; /ready names the place and the command."""
    readiness = Readiness("catalog")
    numbering = Numbering(readiness)
    whole = numbering.unbroken([entry("a", 1), entry("a", 3), entry("b", 1), entry("b", 2)])
    assert [(one["key"], one["sequence"]) for one in whole] == [("a", 1), ("b", 1), ("b", 2)]
    [reason] = [reason for reason in readiness.report()["reasons"] if "lacks" in reason]
    assert "catalog.apps/a/000000000002" in reason
    assert "appstore ledger verify catalog" in reason
    assert numbering.whole({"x": ("catalog.apps", "a"), "y": ("catalog.apps", "b")}) == {"y": ("catalog.apps", "b")}


def test_a_hole_is_forgotten_when_the_ledger_is_read_anew() -> None:
    """Whoever put the document back is believed at the next reading."""
    readiness = Readiness("catalog")
    readiness.clear("start")
    numbering = Numbering(readiness)
    numbering.breaks_off_at(("catalog.apps", "a"), "catalog.apps/a/000000000002")
    numbering.look_again()
    assert readiness.ready
