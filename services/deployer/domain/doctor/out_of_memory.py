"""A container uses more memory than its limit, and the kernel kills it. The limit is a number somebody set."""

from collections.abc import Iterator

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.health import UNKNOWN, Failure, Finding, Look
from services.deployer.domain.observed import OOM_KILLED


def out_of_memory(look: Look) -> Iterator[Finding]:
    """Containers whose last end was by the kernel (`OOMKilled`)."""
    for pod in look.observed.pods:
        for container in pod.containers:
            ended = container.ended
            if ended is not None and ended.reason == OOM_KILLED and not container.ready:
                failure = Failure(
                    Cause.OUT_OF_MEMORY,
                    Fault.CONFIGURATION,
                    {
                        "container": container.name,
                        "limit": container.memory_limit or UNKNOWN,
                        "exitCode": ended.exit_code,
                        "restarts": container.restarts,
                    },
                )
                yield look.counted(failure, container.restarts, look.patience.crash_restarts)
