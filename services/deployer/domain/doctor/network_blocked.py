"""A container waits in vain for an endpoint that the network policies let nobody reach: probably those are why.

Probably, because the cluster tells of no connection that a policy drops. Known are the rules, and a line of the log
that says what timed out; where a rule may let it through, this says nothing.
"""

from collections.abc import Iterator

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.doctor.last_lines import last_line, last_lines
from services.deployer.domain.health import Failure, Finding, Look
from services.deployer.domain.kubernetes_words import unreached


def network_blocked(look: Look) -> Iterator[Finding]:
    """Containers that ended, or do not become ready, after such a line."""
    egress = look.observed.egress
    if egress is None:
        return
    for pod in look.observed.pods:
        for container in pod.containers:
            endpoint = unreached(container.log)
            if container.ready or endpoint is None or egress.may_reach(*endpoint):
                continue
            host, port = endpoint
            failure = Failure(
                Cause.NETWORK_BLOCKED,
                Fault.CONFIGURATION,
                {
                    "container": container.name,
                    "endpoint": f"{host}:{port}",
                    "lastLine": last_line(container.log),
                    "log": last_lines(container.log),
                },
            )
            if container.unhealthy is not None:
                yield look.lasting(failure, container.unhealthy.since, look.patience.probe_failure_seconds)
            else:
                yield look.counted(failure, container.restarts, look.patience.crash_restarts)
