"""What every route that accepts something takes beside its own wish: who asks, with which key, and how to answer.

After it: the route's own rules, then `accept`. A request that was sent before is answered with what it became.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from services.gateway.accept.operation import Operation
from services.gateway.accept.submit import Asked
from services.gateway.api.asking import Earlier, Key, Prefer, Somebody, TextsOf, WorldOf, asked
from services.gateway.api.operations import OperationShown, answer
from services.gateway.identity.team import Team


@dataclass(frozen=True)
class Accepted:
    """A request of somebody who signed in; `earlier` is what this very request became when it was sent before."""

    request: Request
    response: Response
    world: WorldOf
    person: Somebody
    texts: TextsOf
    key: Key
    earlier: Earlier
    prefer: Prefer = None

    def asked(self, team: Team | None) -> Asked:
        """Who asks, for this team."""
        return asked(self.request, self.person, team, self.key)

    async def answer(self, operation: Operation) -> OperationShown:
        """The operation, ended if it could be within `Prefer: wait`."""
        return await answer(operation, self.prefer, self.response, self.world, self.texts)


Accepting = Annotated[Accepted, Depends()]
