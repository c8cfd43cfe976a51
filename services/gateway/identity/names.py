"""Names of people for display, remembered for a moment: a stream shows the same few names over and over.

A name is forgotten after ten seconds, so that a change or an erasure is seen soon.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

from services.gateway.identity.ports import People

SECONDS = 10.0
MOST = 2000


class Names:
    """Looks up names through a small memory."""

    def __init__(self, people: People, now: Callable[[], float] = time.monotonic) -> None:
        """`now` gives seconds that only grow."""
        self._people = people
        self._now = now
        self._known: OrderedDict[str, tuple[float, str | None]] = OrderedDict()

    async def of(self, person: str | None) -> str | None:
        """The name of a person, None when nobody is meant or the name is not known."""
        if person is None:
            return None
        known = self._known.get(person)
        if known is not None and self._now() - known[0] < SECONDS:
            return known[1]
        name = await self._people.name_of(person)
        self._known[person] = (self._now(), name)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return name

    def forget(self, person: str) -> None:
        """This person was erased; other replicas forget within ten seconds."""
        self._known.pop(person, None)

    async def of_all(self, people: Iterable[str | None]) -> dict[str, str | None]:
        """The names of some people."""
        return {person: await self.of(person) for person in {one for one in people if one is not None}}
