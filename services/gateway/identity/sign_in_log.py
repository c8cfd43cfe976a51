"""Tells of sign-ins on the log: who (an opaque id), how, and why not. Meets `ports.SignInLog`."""

from chassis.ledger import Motion, new_id
from chassis.motions import Lineage
from chassis.perform import Performer
from contracts.identity.events import PersonSignedIn, PersonSignInRefused, SignInMethod, SignInRefusal
from contracts.payload import Payload


class LedgerSignInLog:
    """Records each sign-in as an event of the gateway."""

    def __init__(self, performer: Performer) -> None:
        self._performer = performer

    async def signed_in(self, person_id: str, method: SignInMethod) -> None:
        """Somebody came in."""
        await self._record(PersonSignedIn(sign_in=new_id(), method=method), person_id)

    async def refused(self, method: SignInMethod, reason: SignInRefusal) -> None:
        """Somebody did not."""
        await self._record(PersonSignInRefused(sign_in=new_id(), method=method, reason=reason), None)

    async def _record(self, payload: Payload, actor: str | None) -> None:
        async def work(motion: Motion) -> None:
            await motion.record(payload)

        await self._performer.perform(work, lineage=Lineage(new_id(), actor=actor))
