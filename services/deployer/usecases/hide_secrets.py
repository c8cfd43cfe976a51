"""A failure's evidence without the values of the deployment's secrets: a log may say what an event must not.

Called before anything about a failure is recorded (follow_rollout). What is hidden: the values that were sealed or
generated for this deployment, as they are and in base64, and whatever looks like a password in an address.
"""

from services.deployer.domain.desired import Desired
from services.deployer.domain.hidden import hidden
from services.deployer.domain.observed import Value
from services.deployer.ports import World


async def hide_secrets(params: dict[str, Value], desired: Desired, world: World) -> dict[str, Value]:
    """The same parameters; a text in which a secret's value stood has a mark in its place."""
    values = await _values(desired, world) if world.secrets.offered else []
    return {name: hidden(value, values) if isinstance(value, str) else value for name, value in params.items()}


async def _values(desired: Desired, world: World) -> list[str]:
    facts, found = desired.facts, []
    for parameter in desired.spec.parameters:
        if not parameter.secret:
            continue
        given = facts.secrets.get(parameter.name)
        if given is not None:
            found.append(await world.secrets.value(given))
        elif parameter.generated:
            found.append(await world.secrets.generated(facts.deployment, parameter.name))
    return [value for value in found if value]
