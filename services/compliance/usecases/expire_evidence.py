"""A day passes: evidence runs out, a period in the law ends. Verdicts this changes are told, with reason `expiry`."""

from services.compliance.ports import World
from services.compliance.usecases.look_again import look_again


async def expire_evidence(_tick: object, world: World) -> None:
    """Record ComplianceScored for each verdict that the calendar changed."""
    await look_again(world)
