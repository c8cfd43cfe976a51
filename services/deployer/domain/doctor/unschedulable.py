"""No node takes a pod: none has enough of a resource free, or none may take it (taints, labels)."""

from collections.abc import Iterator, Mapping

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.health import UNKNOWN, Failure, Finding, Look
from services.deployer.domain.kubernetes_words import UNBOUND, insufficient, other_obstacle
from services.deployer.domain.observed import Shortage

PLACE = "nodes"
"""The resource that is lacking when nodes have room and may not be used."""


def unschedulable(look: Look) -> Iterator[Finding]:
    """Pods without a node. One that waits for its storage is that finding's (volume_not_bound)."""
    for pod in look.observed.pods:
        if pod.node is None and pod.unscheduled is not None and UNBOUND not in pod.unscheduled:
            shortage = pod.shortage or shortage_told(pod.asked, pod.unscheduled)
            failure = Failure(
                Cause.UNSCHEDULABLE,
                Fault.CONFIGURATION if shortage.too_large else Fault.PLATFORM,
                {
                    "resource": shortage.resource,
                    "asked": shortage.asked,
                    "free": shortage.free,
                    "missing": shortage.missing,
                    "message": pod.unscheduled,
                },
            )
            yield look.lasting(failure, pod.created, look.patience.shortage_seconds)


def shortage_told(asked: Mapping[str, str], message: str) -> Shortage:
    """What the scheduler's sentence tells: which resource, never how much of it nodes have left."""
    lacking = insufficient(message)
    if lacking:
        return Shortage(lacking[0], asked.get(lacking[0], UNKNOWN), UNKNOWN, UNKNOWN)
    return Shortage(PLACE, other_obstacle(message) or UNKNOWN, UNKNOWN, UNKNOWN)
