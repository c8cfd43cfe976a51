"""What other replicas of this service wrote, told by a change stream of the database a few milliseconds later.

A document that a replica writes for others to notice carries its holder id as `by`, so that nobody hears themselves.
The driver resumes a stream that broke; one that can't be resumed is opened anew, and whoever listens then looks at all.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from chassis.mongo import Database, DatabaseError, Document

_LONG_POLL_MS = 1000
_EARLY_SECONDS = 0.5
_WOKEN_FOR_NOTHING_SECONDS = 0.05
_ALONE_SECONDS = 0.5
_LATELY_SECONDS = 30.0
_AGAIN_SECONDS = 0.5


async def follow_others(
    database: Database,
    collections: Sequence[str],
    holder: str,
    take: Callable[[Document], None],
    look_at_all: Callable[[], None],
) -> NoReturn:
    """Hand over each document that others inserted or replaced in these collections, in the order of the commits.

    `look_at_all` is called whenever a stream begins: what was written before that is not in it.
    """
    by_others = {
        "operationType": {"$in": ["insert", "replace"]},
        "ns.coll": {"$in": list(collections)},
        "fullDocument.by": {"$ne": holder},
    }
    # A stream over one collection costs the database nothing for what is written to others.
    watched = database.collection(collections[0]) if len(collections) == 1 else database.raw
    while True:
        with contextlib.suppress(DatabaseError):
            await _follow(watched.watch([{"$match": by_others}], max_await_time_ms=_LONG_POLL_MS), take, look_at_all)
        await asyncio.sleep(_AGAIN_SECONDS)


async def _follow(stream: Any, take: Callable[[Document], None], look_at_all: Callable[[], None]) -> None:
    asked, since = asyncio.ensure_future(stream.try_next()), time.monotonic()
    heard = since - _LATELY_SECONDS
    try:
        change = await asyncio.shield(asked)
        look_at_all()
        while True:
            now = time.monotonic()
            if change is not None:
                take(change["fullDocument"])
                heard = now
            elif now - since < _EARLY_SECONDS:
                # The embedded database answers "nothing" after every write of anybody, and each such answer costs it
                # as much as a read. MongoDB waits on instead.
                await asyncio.sleep(_WOKEN_FOR_NOTHING_SECONDS if now - heard < _LATELY_SECONDS else _ALONE_SECONDS)
            asked, since = asyncio.ensure_future(stream.try_next()), time.monotonic()
            change = await asyncio.shield(asked)
    finally:
        # The driver's thread is still asking; a stream is not closed under it.
        asked.add_done_callback(lambda _: asyncio.ensure_future(_closed(asked, stream)))


async def _closed(asked: "asyncio.Future[Any]", stream: Any) -> None:
    with contextlib.suppress(DatabaseError, asyncio.CancelledError):
        asked.exception()
        await stream.close()
