"""Tells of each sign-in once, and of refusals no more often than a log can bear."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from contracts.identity.events import SignInMethod, SignInRefusal
from services.gateway.identity.oidc import Bearer
from services.gateway.identity.person import Person
from services.gateway.identity.ports import People, SeenSignIns, SignInLog

REMEMBER = timedelta(days=7)
"""How long a sign-in by token stays known after its newest first use."""
MOST_REMEMBERED = 2000
MOST_REFUSALS_A_MINUTE = 30


class SignIns:
    """What happens once somebody is known, or is not."""

    def __init__(
        self,
        log: SignInLog,
        seen: SeenSignIns,
        people: People,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._seen = seen
        self._people = people
        self._now = now
        self._recent: OrderedDict[str, None] = OrderedDict()
        self._refusals: deque[float] = deque(maxlen=MOST_REFUSALS_A_MINUTE)

    async def by_web(self, person: Person) -> None:
        """Tell that somebody came in by browser."""
        await self._remember_name(person)
        await self._log.signed_in(person.id, SignInMethod.WEB)

    async def by_token(self, bearer: Bearer) -> None:
        """Tell that somebody came in by token, at the first use of that sign-in."""
        if bearer.sign_in in self._recent:
            self._recent.move_to_end(bearer.sign_in)
            return
        if await self._seen.first_use(bearer.sign_in, bearer.person.id, datetime.now(UTC) + REMEMBER):
            try:
                await self._remember_name(bearer.person)
                await self._log.signed_in(bearer.person.id, SignInMethod.TOKEN)
            except Exception:
                await self._seen.forget(bearer.sign_in)
                raise
        self._recent[bearer.sign_in] = None
        while len(self._recent) > MOST_REMEMBERED:
            self._recent.popitem(last=False)

    async def refused(self, method: SignInMethod, reason: SignInRefusal) -> None:
        """Tell that somebody did not come in. An ordinary expired token is no attempt, and is not told of."""
        if method is SignInMethod.TOKEN and reason in (SignInRefusal.EXPIRED, SignInRefusal.ISSUER_AWAY):
            return
        now = self._now()
        if len(self._refusals) == MOST_REFUSALS_A_MINUTE and now - self._refusals[0] < 60:  # noqa: PLR2004 - a minute
            return
        self._refusals.append(now)
        await self._log.refused(method, reason)

    async def _remember_name(self, person: Person) -> None:
        if person.name is not None:
            await self._people.remember(person.id, person.name)
