"""The queue and its workers: one at a time per name, and nothing forgotten."""

import asyncio
from collections.abc import Callable

from services.deployer.reconciler.backoff import Backoff
from services.deployer.reconciler.outcome import AgainAfter, Done, GiveUp, Outcome, TryAgain
from services.deployer.reconciler.queue import KeyedQueue
from services.deployer.reconciler.worker import Workers


async def until_idle(queue: KeyedQueue, workers: Workers) -> None:
    """Let the workers run until nothing is due, under way or to come."""
    running = asyncio.create_task(workers.run())
    async with asyncio.timeout(5):
        while not queue.idle:  # noqa: ASYNC110 - the queue tells nobody when it is idle; only tests ask
            await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_name_is_never_worked_on_twice_at_once() -> None:
    """However often it is woken, and however many workers there are."""
    queue, under_way, most, calls = KeyedQueue(), 0, 0, 0

    async def reconcile(_name: str) -> Outcome:
        nonlocal under_way, most, calls
        under_way, calls = under_way + 1, calls + 1
        most = max(most, under_way)
        if calls == 1:
            queue.wake("a")
            queue.wake("a")
        await asyncio.sleep(0)
        under_way -= 1
        return Done()

    queue.wake("a")
    queue.wake("a")
    await until_idle(queue, Workers(queue, reconcile, at_once=3))
    assert (most, calls) == (1, 2)


async def test_names_are_worked_on_side_by_side_up_to_the_bound() -> None:
    """Three names, two at once."""
    queue, under_way, most = KeyedQueue(), 0, 0

    async def reconcile(_name: str) -> Outcome:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return Done()

    for name in "abc":
        queue.wake(name)
    await until_idle(queue, Workers(queue, reconcile, at_once=2))
    assert most == 2


async def test_each_outcome_is_followed() -> None:
    """Again after a while, again after a failure of any kind, given up, done."""
    queue, calls = KeyedQueue(), 0
    outcomes: list[Outcome | Exception] = [AgainAfter(0), TryAgain("busy"), ValueError("broken"), GiveUp("no use")]

    async def reconcile(_name: str) -> Outcome:
        nonlocal calls
        outcome = outcomes[calls]
        calls += 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    queue.wake("a")
    await until_idle(queue, Workers(queue, reconcile, at_once=1, backoff=Backoff(0.001, 0.01)))
    assert calls == 4


async def test_a_wake_comes_before_a_timer() -> None:
    """Whoever is woken does not wait for the moment it had planned, and is not worked on twice for it."""
    queue = KeyedQueue()
    queue.wake_after("a", 3600)
    queue.wake("a")
    assert await queue.take() == "a"
    queue.put_back("a")
    assert queue.idle


async def test_a_commit_whose_answer_was_lost_is_looked_at_anyway() -> None:
    """Until the transaction says it was committed, a timer stands in for it."""
    queue = KeyedQueue()
    after_commit: list[Callable[[], None]] = []
    queue.wake_after_commit(after_commit, "a")
    assert not queue.idle
    after_commit[0]()
    assert await queue.take() == "a"
    queue.put_back("a")
    assert queue.idle


def test_the_wait_doubles_up_to_the_ceiling() -> None:
    """Half a second first, never more than a minute."""
    assert [Backoff().seconds(failures) for failures in (1, 2, 3, 9)] == [0.5, 1, 2, 60]
