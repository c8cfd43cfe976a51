"""A container keeps ending by itself. Why stands in its last lines, which are the evidence."""

from collections.abc import Iterator

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.doctor.last_lines import last_line, last_lines
from services.deployer.domain.health import Failure, Finding, Look
from services.deployer.domain.observed import OOM_KILLED


def crash_loop(look: Look) -> Iterator[Finding]:
    """Containers that ended and are not ready again; too little memory is a finding of its own."""
    for pod in look.observed.pods:
        for container in pod.containers:
            ended = container.ended
            if ended is not None and ended.reason != OOM_KILLED and not container.ready:
                failure = Failure(
                    Cause.CRASH_LOOP,
                    Fault.APP,
                    {
                        "container": container.name,
                        "exitCode": ended.exit_code,
                        "restarts": container.restarts,
                        "lastLine": last_line(container.log),
                        "log": last_lines(container.log),
                    },
                )
                yield look.counted(failure, container.restarts, look.patience.crash_restarts)
