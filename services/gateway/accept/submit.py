"""Accept a request: in one transaction the event into the ledger, the operation, and the idempotency key. Then 202.

Before it: a route of `api/` validated what was asked. After it: the relay publishes, the owner answers, and
`operation` says how it stands.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from chassis.ledger import Motion, new_id
from chassis.mongo import AlreadyThere
from chassis.motions import Lineage
from chassis.perform import Performer
from contracts.payload import Payload
from contracts.people import Role
from services.gateway.accept.idempotency import RequestKey, earlier_operation, remember
from services.gateway.accept.operation import OPERATIONS, Kind, Operation
from services.gateway.identity.person import Person
from services.gateway.identity.team import Team

P = TypeVar("P", bound=Payload)


@dataclass(frozen=True)
class Asked:
    """Who asks, for which team, under which key."""

    person: Person
    team: Team | None
    key: RequestKey | None
    traceparent: str | None = None

    def lineage(self, operation: str) -> Lineage:
        """What every effect of this request will carry."""
        roles = sorted(role.value for role in self._roles())
        team = self.team.id if self.team else None
        return Lineage(operation, None, team, self.person.id, ",".join(roles) or None, self.traceparent)

    def _roles(self) -> frozenset[Role]:
        membership = self.person.membership_of(self.team.id) if self.team else None
        return membership.roles if membership else self.person.roles()


@dataclass(frozen=True)
class About:
    """What a request is about, as its operation shows it."""

    kind: Kind
    app: str
    app_name: str
    version: str | None = None


Describe = Callable[[P], About]
"""What a request is about, once it was prepared."""
Prepare = Callable[[Motion, P], Awaitable[P | Operation]]
"""Looks at a request inside its transaction: the request to record, or the operation that already does what it asks."""


async def _as_it_is(_motion: Motion, payload: P) -> P:
    return payload


async def submit(
    payload: P,
    about: About | Describe[P],
    asked: Asked,
    performer: Performer,
    prepare: Prepare[P] = _as_it_is,
) -> Operation:
    """Store a request and give its operation; an earlier one for the same key.

    Raises IdempotencyKeyReused, what `prepare` refuses, and NotNow when the database is away.
    """
    operation_id = new_id()
    tries = 0

    async def work(motion: Motion) -> Operation:
        nonlocal tries
        tries += 1
        operations = motion.collection(OPERATIONS)
        if tries > 1 and (done := await operations.get(operation_id)) is not None:
            return Operation.of(done)
        if asked.key is not None and (earlier := await earlier_operation(motion, asked.key)) is not None:
            found = await operations.get(earlier)
            if found is not None:
                return Operation.of(found)
        prepared = await prepare(motion, payload)
        if isinstance(prepared, Operation):
            return prepared
        event = await motion.record(prepared)
        told = about if isinstance(about, About) else about(prepared)
        operation = Operation(
            operation_id,
            told.kind,
            prepared.key,
            event.context.number,
            told.app,
            told.app_name,
            told.version,
            asked.person.id,
            asked.team.id if asked.team else None,
            asked.team.slug if asked.team else None,
            event.context.time,
            new=True,
        )
        motion.at_the_end.insert(OPERATIONS, operation.document())
        if asked.key is not None:
            remember(motion, asked.key, operation_id, event.context.time)
        return operation

    lineage = asked.lineage(operation_id)
    try:
        return await performer.perform(work, lineage=lineage)
    except AlreadyThere:
        return await performer.perform(work, lineage=lineage)
