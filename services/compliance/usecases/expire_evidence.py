"""A day passes: evidence runs out, a period in the law ends. Each verdict that this changes is told, reason `expiry`."""

from services.compliance.ports import World
from services.compliance.usecases.look_again import look_again


async def expire_evidence(_tick: object, world: World) -> None:
    """Record ComplianceScored for each verdict that the calendar changed."""
    await look_again(world)
