"""What the relay may publish next, whoever tells it of an entry and in what order."""

import random
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from chassis.key_order import KeyOrder
from chassis.mongo import Document


def entry(key: str, number: int) -> Document:
    """An entry of a ledger."""
    return {"_id": f"catalog.apps/{key}/{number:012d}", "topic": "catalog.apps", "key": key, "sequence": number}


def numbers(entries: object) -> list[int]:
    """The sequences of some entries."""
    return [one["sequence"] for one in entries]  # type: ignore[attr-defined]


def test_an_entry_that_comes_before_its_predecessor_waits() -> None:
    """The third is let through behind the second, not when it arrives."""
    order = KeyOrder()
    assert numbers(order.let_through(entry("a", 1))) == [1]
    assert numbers(order.let_through(entry("a", 3))) == []
    assert order.predecessors() == {"catalog.apps/a/000000000002": ("catalog.apps", "a")}
    assert numbers(order.let_through(entry("a", 2))) == [2, 3]
    assert order.early == 0


def test_the_first_entry_seen_of_a_key_waits_until_its_predecessor_is_known_to_be_published() -> None:
    """After a takeover nothing is remembered: the ledger is asked first."""
    order = KeyOrder()
    assert numbers(order.let_through(entry("a", 8))) == []
    assert numbers(order.published_up_to(("catalog.apps", "a"), 7)) == [8]
    assert numbers(order.let_through(entry("a", 9))) == [9]


def test_what_was_let_through_is_not_again() -> None:
    """A commit of this replica, a scan and the change stream may all tell of one entry."""
    order = KeyOrder()
    order.let_through(entry("a", 1))
    order.let_through(entry("a", 3))
    assert numbers(order.let_through(entry("a", 1))) == []
    assert numbers(order.let_through(entry("a", 3))) == []
    assert numbers(order.published_up_to(("catalog.apps", "a"), 3)) == []
    assert order.early == 0


def test_keys_do_not_wait_for_each_other() -> None:
    """A gap in one key holds up nothing else."""
    order = KeyOrder()
    order.let_through(entry("a", 5))
    assert numbers(order.let_through(entry("b", 1))) == [1]


def test_a_key_forgotten_for_want_of_room_is_looked_up_again() -> None:
    """Memory is bounded: of a key that nobody spoke of for long, the ledger says how far it is."""
    order = KeyOrder(remembered=2)
    for key in "abc":
        order.let_through(entry(key, 1))
    assert numbers(order.let_through(entry("a", 2))) == []
    assert numbers(order.published_up_to(("catalog.apps", "a"), 1)) == [2]
    assert numbers(order.let_through(entry("c", 2))) == [2]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), max_size=80), st.integers(1, 3), st.randoms())
def test_every_key_is_let_through_in_its_order(
    told: list[tuple[str, int]], remembered: int, chance: random.Random
) -> None:
    """Whatever is told, how often and in what order, n+1 is never let through before n."""
    order, published = KeyOrder(remembered), defaultdict[str, list[int]](list)
    for key, number in told:
        passed = list(order.let_through(entry(key, number)))
        if chance.random() < 0.5:
            for place, (topic, early) in order.predecessors().items():
                before = int(place.rsplit("/", 1)[1])
                if before in published[early]:
                    passed += order.published_up_to((topic, early), before)
        for one in passed:
            assert one["sequence"] == 1 or one["sequence"] - 1 in published[one["key"]]
            published[one["key"]].append(one["sequence"])
