"""The order in which the relay sends what it finds in a ledger."""

import random

from hypothesis import given
from hypothesis import strategies as st

from chassis.entry import in_order
from chassis.mongo import Document


def entry(key: str, sequence: int, hlc: str) -> Document:
    """An entry of a ledger."""
    return {"topic": "catalog.apps", "key": key, "sequence": sequence, "hlc": hlc}


def test_entries_of_several_keys_go_by_their_stamps() -> None:
    """What was recorded first is sent first, whatever its key."""
    entries = [entry("a", 1, "0001.0"), entry("b", 1, "0002.0"), entry("a", 2, "0003.0")]
    assert in_order([entries[2], entries[0], entries[1]]) == entries


def test_a_clock_that_was_set_back_does_not_turn_a_key_around() -> None:
    """Event n+1 of a key follows n, even where its stamp is lower because the clock was set back."""
    entries = [entry("a", 1, "0900.0"), entry("a", 2, "0100.0"), entry("b", 1, "0500.0")]
    assert [(found["key"], found["sequence"]) for found in in_order(entries)] == [("b", 1), ("a", 1), ("a", 2)]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 999)), max_size=30), st.randoms(use_true_random=False))
def test_every_key_keeps_its_order(stamped: list[tuple[str, int]], order: random.Random) -> None:
    """Whatever the stamps and however the entries were found, each key is sent 1, 2, 3 … and nothing is left out."""
    entries: list[Document] = []
    for key, stamp in stamped:
        number = sum(found["key"] == key for found in entries) + 1
        entries.append(entry(key, number, f"{stamp:04d}.0"))
    shuffled = entries[:]
    order.shuffle(shuffled)
    placed = in_order(shuffled)
    for key in "abc":
        assert [found["sequence"] for found in placed if found["key"] == key] == [
            found["sequence"] for found in entries if found["key"] == key
        ]
