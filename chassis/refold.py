"""A state folded again from its key's own events: what makes a stored state of an older fold readable.

`ledger.Motion` asks for it when it loads such a state; `stale_states` has every one loaded at the start of a release.
"""

from chassis.entry import entries_of_key
from chassis.mongo import Bound
from chassis.motions import Keeps
from chassis.wire import read_stored
from contracts.noun import Noun

AT_MOST = 100_000
"""Events of one key that are folded; a key with more is not one aggregate."""


async def refold(row: Keeps, key: str, ledger: Bound) -> Noun | None:
    """The state of one key from all its events in the ledger. Raises Unreadable for an event no class reads."""
    state: Noun | None = None
    for entry in await ledger.find(entries_of_key(row.topic, key), sort=[("_id", 1)], limit=AT_MOST):
        state = row.evolve(state, read_stored(entry))
    return state
