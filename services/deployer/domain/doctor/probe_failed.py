"""The app runs and answers a probe with no, so it gets no traffic."""

from collections.abc import Iterator

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.health import Failure, Finding, Look
from services.deployer.domain.kubernetes_words import failed_probe

PORT_ONLY = "-"


def probe_failed(look: Look) -> Iterator[Finding]:
    """Probes that fail for longer than an app may say no."""
    for pod in look.observed.pods:
        for container in pod.containers:
            unhealthy = container.unhealthy
            if unhealthy is not None:
                probe, answer = failed_probe(unhealthy.message)
                failure = Failure(
                    Cause.PROBE_FAILED,
                    Fault.APP,
                    {
                        "container": container.name,
                        "probe": probe,
                        "path": unhealthy.path or PORT_ONLY,
                        "answer": answer,
                    },
                )
                yield look.lasting(failure, unhealthy.since, look.patience.probe_failure_seconds)
