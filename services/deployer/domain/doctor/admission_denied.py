"""A policy of the cluster refuses an object or the pods made from it: Pod Security, an admission policy, a webhook."""

from collections.abc import Iterator

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.health import Failure, Finding, Look
from services.deployer.domain.kubernetes_words import denied

POD = "Pod"


def admission_denied(look: Look) -> Iterator[Finding]:
    """Pods that a policy keeps out; the Deployment that asks for them was let through."""
    refused = look.observed.not_created
    failure = denied_by_policy(POD, "", refused.message) if refused is not None else None
    if refused is not None and failure is not None:
        yield look.lasting(failure, refused.since, look.patience.shortage_seconds)


def denied_by_policy(kind: str, name: str, message: str) -> Failure | None:
    """What the API server's sentence says about a policy, if it is about one."""
    denial = denied(message)
    if denial is None:
        return None
    return Failure(
        Cause.ADMISSION_DENIED,
        Fault.CONFIGURATION,
        {"policy": denial.policy, "kind": kind, "name": name, "message": denial.why},
    )
