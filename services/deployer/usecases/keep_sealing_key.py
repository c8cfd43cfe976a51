"""The cluster always has a key to seal secrets with; a new one now and then, and old ones go once nothing needs them.

Run by the clock. Before: the operator brought the deployer's own key. After: the gateway can take secrets.
"""

from contracts.deployments.secrets import SealingKeyPublished
from services.deployer.domain.sealing import is_due, outlived
from services.deployer.ports import World


async def keep_sealing_key(_tick: object, world: World) -> None:
    """Make and tell the next key when it is due. Does nothing where the operator set no key for secrets."""
    if not world.secrets.offered:
        return
    keys, now = await world.sealing_keys.all(), world.clock.now()
    for key in outlived(keys, now):
        await world.sealing_keys.forget(key)
    if is_due(keys, now, world.sealing_key_lifetime):
        key = await world.sealing_keys.make(now)
        cluster = (await world.cluster.facts()).cluster
        told = SealingKeyPublished(cluster=cluster, sealing_key=key.sealing_key, public_key=key.public_key)
        await world.record(told)
