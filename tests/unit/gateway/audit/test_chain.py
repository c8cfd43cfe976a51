"""The chain of hashes shows each way of tampering, and where."""

from collections.abc import Callable
from typing import Any

import pytest

from services.gateway.audit.chain import GENESIS, Break, Walk, hash_of, sealed

Links = list[dict[str, Any]]


def chain(count: int = 5) -> Links:
    """So many links."""
    links: Links = []
    for number in range(1, count + 1):
        links.append(sealed({"event": f"event {number}"}, number, links[-1]["hash"] if links else GENESIS))
    return links


def walked(links: Links, head: dict[str, Any] | None = None) -> tuple[Break | None, int]:
    """How the walk ends, and after how many good links."""
    walk = Walk()
    for link in sorted(links, key=lambda one: int(one["_id"])):
        if (broken := walk.step(link)) is not None:
            return broken, walk.number
    return walk.end(head or {"number": 5, "hash": chain()[-1]["hash"]}), walk.number


def change(links: Links) -> None:
    """Change what an entry says."""
    links[2]["event"] = "another"


def change_and_seal(links: Links) -> None:
    """The same, with a hash that fits."""
    change(links)
    links[2]["hash"] = hash_of(links[2])


def remove(links: Links) -> None:
    """Take an entry out."""
    del links[2]


def remove_and_number(links: Links) -> None:
    """Take an entry out and close the gap."""
    del links[2]
    for number, link in enumerate(links, 1):
        link["_id"] = number


def insert(links: Links) -> None:
    """Put an entry in between that fits to the one before it."""
    for link in links[2:]:
        link["_id"] += 1
    links.append(sealed({"event": "never happened"}, 3, links[1]["hash"]))


def swap(links: Links) -> None:
    """Let two entries change places."""
    links[2]["_id"], links[3]["_id"] = links[3]["_id"], links[2]["_id"]


def cut_off(links: Links) -> None:
    """Take the end away."""
    del links[3:]


@pytest.mark.parametrize(
    ("tamper", "broken", "good"),
    [
        (change, Break.CHANGED, 2),
        (change_and_seal, Break.NOT_LINKED, 3),
        (remove, Break.MISSING, 2),
        (remove_and_number, Break.NOT_LINKED, 2),
        (insert, Break.NOT_LINKED, 3),
        (swap, Break.NOT_LINKED, 2),
        (cut_off, Break.CUT_OFF, 3),
    ],
)
def test_each_way_of_tampering_is_seen(tamper: Callable[[Links], None], broken: Break, good: int) -> None:
    """The walk stops at the first link that does not hold, and says how."""
    links = chain()
    assert walked(links) == (None, 5)
    tamper(links)
    assert walked(links) == (broken, good)


def test_an_end_that_was_written_anew_is_not_the_head() -> None:
    """A last entry that fits the chain but not the head is seen; one beyond the head as well."""
    links = chain()
    other = [*links[:4], sealed({"event": "another"}, 5, links[3]["hash"])]
    assert walked(other) == (Break.NOT_IN_THE_HEAD, 5)
    assert walked(links, {"number": 4, "hash": links[3]["hash"]}) == (Break.NOT_IN_THE_HEAD, 5)


def test_an_empty_log_has_no_head() -> None:
    """Nothing yet is whole."""
    assert Walk().end(None) is None
