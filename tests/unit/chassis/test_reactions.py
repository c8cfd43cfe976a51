"""Reactions behind the polls: in order, again after a failure, and before any offset is committed."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from chassis import reactions
from chassis.errors import NotNow
from chassis.kafka import Partition
from chassis.reactions import Reactions
from chassis.reactor import Heard

PLACE: Partition = ("catalog.apps", 0)


def heard(*numbers: int) -> list[Heard]:
    """Stand-ins for messages: nothing here looks into them."""
    return cast("list[Heard]", [(number, None) for number in numbers])


class Reacting:
    """Notes what it is given, once `gate` is open."""

    def __init__(self, *failures: Exception, gaps: set[Partition] | None = None) -> None:
        self.gate = asyncio.Event()
        self.took: list[list[Any]] = []
        self._failures = list(failures)
        self._gaps = gaps or set()

    async def __call__(self, folded: Sequence[Heard]) -> set[Partition]:
        """React, or fail as told."""
        await self.gate.wait()
        if self._failures:
            raise self._failures.pop(0)
        self.took.append([raw for raw, _ in folded])
        return self._gaps


async def test_whoever_hears_more_does_not_wait_and_all_is_taken_in_order() -> None:
    """What comes while a reaction is under way is taken together, after it."""
    reacting = Reacting()
    behind = Reactions(reacting)
    await behind.hear(heard(1, 2))
    await asyncio.sleep(0)
    await behind.hear(heard(3))
    await behind.hear(heard(4))
    assert reacting.took == []
    reacting.gate.set()
    await behind.settled()
    assert [number for some in reacting.took for number in some] == [1, 2, 3, 4]


async def test_nothing_is_settled_before_it_was_reacted_to() -> None:
    """An offset that waits for `settled` is not committed while a reaction is under way."""
    reacting = Reacting()
    behind = Reactions(reacting)
    await behind.hear(heard(1))
    settling = asyncio.ensure_future(behind.settled())
    done, _ = await asyncio.wait({settling}, timeout=0.05)
    assert not done
    reacting.gate.set()
    await settling
    assert reacting.took == [[1]]


async def test_a_reaction_that_fails_is_tried_again(monkeypatch: Any) -> None:
    """A database that is away, or any other trouble, leaves nothing out and turns nothing round."""
    monkeypatch.setattr(reactions, "_AGAIN_SECONDS", 0.001)
    reacting = Reacting(NotNow("away"), ValueError("whatever"))
    reacting.gate.set()
    behind = Reactions(reacting)
    await behind.hear(heard(1))
    await behind.hear(heard(2))
    await behind.settled()
    assert [number for some in reacting.took for number in some] == [1, 2]


async def test_a_gap_is_told_once() -> None:
    """Whoever reads the log hears of it after the reaction, and reads the partition again."""
    reacting = Reacting(gaps={PLACE})
    reacting.gate.set()
    behind = Reactions(reacting)
    await behind.hear(heard(1))
    await behind.settled()
    assert behind.met_gaps() == {PLACE}
    assert behind.met_gaps() == set()


async def test_a_poll_waits_when_too_much_is_behind(monkeypatch: Any) -> None:
    """Memory is bounded: who hears more than may wait goes on when some of it was taken."""
    monkeypatch.setattr(reactions, "MOST", 2)
    reacting = Reacting()
    behind = Reactions(reacting)
    await behind.hear(heard(1, 2, 3))
    hearing = asyncio.ensure_future(behind.hear(heard(4)))
    done, _ = await asyncio.wait({hearing}, timeout=0.05)
    assert not done
    reacting.gate.set()
    await hearing
    await behind.settled()
    assert [number for some in reacting.took for number in some] == [1, 2, 3, 4]
