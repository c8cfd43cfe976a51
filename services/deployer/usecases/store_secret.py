"""A sealed secret arrived: open it, keep it, tell that it is kept. Its value is in no event, log or error.

Before: the gateway sealed it, and sends it until `SecretStored` answers. After: a rollout that refers to it may start
(await_secrets), and its value goes into the cluster with the other objects (build_secret).
"""

import structlog

from contracts.deployments.secrets import SecretSealed, SecretStored
from contracts.envelope import Event
from services.deployer.ports import World

log = structlog.get_logger(__name__)


async def store_secret(event: Event[SecretSealed], world: World) -> None:
    """Keep one secret, once. One of another cluster, or that no key here opens, is left alone.

    So is one of a deployment that is going: nothing would forget it any more. The gateway goes on sending it for an
    hour, so a newer request under the same name still gets it.
    """
    sealed = event.data
    if not world.secrets.offered or await world.secrets.has(sealed.secret):
        return
    if sealed.environment.cluster != (await world.cluster.facts()).cluster:
        return
    newest = await world.requests.get(sealed.deployment)
    if newest is not None and newest.removal:
        return
    value = await world.sealing_keys.open(sealed)
    if value is None:
        log.warning("no key here opens a sealed value", deployment=sealed.deployment, parameter=sealed.parameter)
        return
    await world.secrets.keep(sealed.secret, sealed.deployment, value)
    stored = SecretStored(secret=sealed.secret, deployment=sealed.deployment, parameter=sealed.parameter)
    await world.record(stored)
