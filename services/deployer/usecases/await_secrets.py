"""A rollout waits for the secrets it refers to; past the request's deadline its owner answers (close_undecided)."""

from chassis.errors import NotKnownYet
from contracts import topics
from services.deployer.domain.known_request import KnownRequest
from services.deployer.ports import World


async def await_secrets(request: KnownRequest, world: World) -> None:
    """Raise NotKnownYet while a secret of this request has not arrived."""
    for secret in request.secrets.values():
        if not await world.secrets.has(secret):
            raise NotKnownYet(topics.SEALED_SECRETS, request.deployment, until=request.watched_until)
