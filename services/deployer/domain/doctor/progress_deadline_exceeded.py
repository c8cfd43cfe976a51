"""The rollout comes no nearer to its end, and nothing says why: Kubernetes' deadline, counted from the last progress.

What has no other finding ends here, so that no rollout goes on for ever.
"""

from collections.abc import Iterator
from datetime import timedelta

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.health import Failure, Finding, Look


def progress_deadline_exceeded(look: Look) -> Iterator[Finding]:
    """Certain when Kubernetes says so of the Deployment, or when no pod became ready for so long."""
    observed, seconds = look.observed, look.patience.progress_deadline_seconds
    due = look.progressed_at + timedelta(seconds=seconds)
    failure = Failure(
        Cause.PROGRESS_DEADLINE_EXCEEDED,
        Fault.APP,
        {"seconds": seconds, "ready": observed.ready, "wanted": observed.wanted},
    )
    yield Finding(failure, certain=observed.stalled or look.now >= due, due=due, seen=False)
