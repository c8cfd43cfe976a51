"""The namespace's quota has no room for another pod or object: the team asks more than it was given."""

from collections.abc import Iterator

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.health import Failure, Finding, Look
from services.deployer.domain.kubernetes_words import exceeded_quota


def quota_exceeded(look: Look) -> Iterator[Finding]:
    """Pods that the quota keeps out for longer than a shortage may last."""
    refused = look.observed.not_created
    failure = over_quota(refused.message) if refused is not None else None
    if refused is not None and failure is not None:
        yield look.lasting(failure, refused.since, look.patience.shortage_seconds)


def over_quota(message: str) -> Failure | None:
    """What the API server's sentence says about a quota, if it is about one."""
    words = exceeded_quota(message)
    if words is None:
        return None
    return Failure(
        Cause.QUOTA_EXCEEDED,
        Fault.CONFIGURATION,
        {
            "quota": words.quota,
            "resource": words.resource,
            "asked": words.asked,
            "used": words.used,
            "limit": words.limit,
        },
    )
