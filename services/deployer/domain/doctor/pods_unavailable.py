"""Pods that ran are gone or cut off, through no doing of the app: evicted, drained, or their node does not answer.

The cluster makes new ones where it can; this says why there are too few. It decides nothing by itself.
"""

from collections.abc import Iterator

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.health import UNKNOWN, Failure, Finding, Look


def pods_unavailable(look: Look) -> Iterator[Finding]:
    """What was lost last while there are too few pods."""
    observed = look.observed
    if observed.unavailable_since is None:
        return
    lost = observed.lost[-1] if observed.lost else None
    failure = Failure(
        Cause.PODS_UNAVAILABLE,
        Fault.PLATFORM,
        {
            "ready": observed.ready,
            "wanted": observed.wanted,
            "pod": lost.pod if lost is not None else UNKNOWN,
            "node": lost.node if lost is not None else UNKNOWN,
            "message": lost.message if lost is not None else UNKNOWN,
        },
    )
    yield Finding(failure, certain=False, seen=lost is not None)
