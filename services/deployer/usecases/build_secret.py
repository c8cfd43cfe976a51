"""The Kubernetes Secret of a deployment: what its team sealed, and what is made in the cluster and told to nobody.

Called by the reconciler each time, beside the other objects. Before: store_secret kept the values.
"""

from services.deployer.domain.desired import Desired
from services.deployer.domain.manifest.environment import secret_name
from services.deployer.domain.manifest.secret import settings_secret
from services.deployer.ports import Object, ObjectRefused, World


async def build_secret(desired: Desired, world: World) -> tuple[Object, ...]:
    """One Secret, or nothing when the version wants none. Raises ObjectRefused when a value is not there."""
    facts, values = desired.facts, {}
    for parameter in desired.spec.parameters:
        if not parameter.secret:
            continue
        given = facts.secrets.get(parameter.name)
        if given is None and not parameter.generated:
            continue
        if not world.secrets.offered:
            raise _refused(facts.name, "the deployer has no key for secrets (APPSTORE_SECRETS_KEY_FILE)")
        if given is not None:
            value = await world.secrets.value(given)
        else:
            value = await world.secrets.generated(facts.deployment, parameter.name)
        if value is None:
            raise _refused(facts.name, f"the value of {parameter.name} is no longer kept; give it again")
        values[parameter.name] = value
    return (settings_secret(facts, values),) if values else ()


def _refused(name: str, why: str) -> ObjectRefused:
    return ObjectRefused("Secret", secret_name(name), "data", why)
