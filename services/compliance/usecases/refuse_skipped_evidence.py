"""An operator passed over evidence that could not be handled: whoever brought it hears that it does not count.

Before: `appstore held skip` marked the held message. After: the operation has ended, and the evidence may come again.
"""

from contracts.compliance.events import EvidenceRefused
from contracts.compliance.requests import EvidenceSubmitted
from contracts.envelope import Event
from contracts.held import SkippedByOperator
from services.compliance.ports import World


async def refuse_skipped_evidence(event: Event[EvidenceSubmitted], world: World) -> None:
    """Record EvidenceRefused."""
    refusal = SkippedByOperator()
    await world.record(EvidenceRefused(evidence=event.data.evidence, code=refusal.code, params=refusal.params))
