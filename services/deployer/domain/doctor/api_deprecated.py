"""The cluster took an object and warned that the version of its API will go: the platform has to be updated before."""

from collections.abc import Iterator

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.health import Failure, Finding, Look

DEPRECATED = " is deprecated"


def api_deprecated(look: Look) -> Iterator[Finding]:
    """Each such warning. None is ever a failure, and none is a trouble of this rollout."""
    for one in look.observed.warnings:
        if DEPRECATED in one.message:
            failure = Failure(
                Cause.API_DEPRECATED,
                Fault.PLATFORM,
                {"api": one.api, "kind": one.kind, "name": one.name, "message": one.message},
            )
            yield Finding(failure, certain=False, seen=False)
