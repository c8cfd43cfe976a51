"""Accept a request: in one transaction the event into the ledger, the operation, and the idempotency key. Then 202.

Before it: a route of `api/` validated what was asked. After it: the relay publishes, the owner answers, and
`operation` says how it stands.
"""

from dataclasses import dataclass

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


async def submit(payload: Payload, about: About, asked: Asked, performer: Performer) -> Operation:
    """Store a request and give its operation; an earlier one for the same key.

    Raises IdempotencyKeyReused, and NotNow when the database is away: then nothing was accepted.
    """
    operation_id = new_id()

    async def work(motion: Motion) -> Operation:
        operations = motion.collection(OPERATIONS)
        if asked.key is not None and (earlier := await earlier_operation(motion, asked.key)) is not None:
            found = await operations.get(earlier)
            if found is not None:
                return Operation.of(found)
        event = await motion.record(payload)
        operation = Operation(
            operation_id,
            about.kind,
            payload.key,
            event.context.number,
            about.app,
            about.app_name,
            about.version,
            asked.person.id,
            asked.team.id if asked.team else None,
            asked.team.slug if asked.team else None,
            event.context.time,
        )
        await operations.insert(operation.document())
        if asked.key is not None:
            await remember(motion, asked.key, operation_id, event.context.time)
        return operation

    lineage = asked.lineage(operation_id)
    try:
        return await performer.perform(work, lineage=lineage)
    except AlreadyThere:
        return await performer.perform(work, lineage=lineage)
