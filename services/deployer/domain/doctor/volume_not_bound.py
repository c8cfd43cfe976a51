"""There is no storage for a claim: no class that makes it, no room, or the storage behind it is gone."""

from collections.abc import Iterator

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.health import Failure, Finding, Look

BOUND = "Bound"


def volume_not_bound(look: Look) -> Iterator[Finding]:
    """Claims that pods wait for. A claim of a class that waits for its first consumer is Pending without any harm."""
    if all(pod.node is not None for pod in look.observed.pods):
        return
    for claim in look.observed.claims:
        if claim.phase != BOUND and claim.message:
            failure = Failure(
                Cause.VOLUME_NOT_BOUND,
                Fault.PLATFORM,
                {"claim": claim.name, "size": claim.size, "phase": claim.phase, "message": claim.message},
            )
            yield look.lasting(failure, claim.since, look.patience.shortage_seconds)
