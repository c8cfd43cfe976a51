"""An operator passed over a review that could not be handled: its author hears that it was not taken.

Before: `appstore held skip` marked the held message. After: the operation has ended, and the author may write again.
"""

from contracts.community.requests import ReviewSubmitted
from contracts.envelope import Event
from contracts.held import SkippedByOperator
from services.community.domain.review import refuse
from services.community.ports import World


async def refuse_skipped_review(event: Event[ReviewSubmitted], world: World) -> None:
    """Record ReviewRefused."""
    await world.record(refuse(event.data, SkippedByOperator()))
