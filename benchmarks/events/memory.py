"""What the memory of cursors costs: resident bytes for 100,000 keys, in a process that holds nothing else new."""

import gc

import psutil

from benchmarks.result import Result
from chassis.cursor import Cursors
from chassis.ledger import new_id

KEYS = 100_000
_MEBIBYTE = 1024 * 1024


async def memory_of_cursors(result: Result) -> None:
    """Fill the cursors of one topic as a start does, key by key, and compare what the process holds."""
    cursors = Cursors(database=None)  # type: ignore[arg-type]  # what is in memory asks no database
    process = psutil.Process()
    gc.collect()
    before = process.memory_info().rss
    for _ in range(KEYS):
        cursors.moved("catalog.apps", new_id(), 1)
    gc.collect()
    used = (process.memory_info().rss - before) / _MEBIBYTE
    result.figure("MiB per 100,000 keys of cursor", used, under=30)
