"""A container can't be made because a secret or a setting that it names is not there."""

from collections.abc import Iterator

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.health import UNKNOWN, Failure, Finding, Look
from services.deployer.domain.kubernetes_words import missing_config

CONFIG_ERROR = "CreateContainerConfigError"


def config_missing(look: Look) -> Iterator[Finding]:
    """What stays missing: something that is written a moment later is no failure."""
    for pod in look.observed.pods:
        for container in pod.containers:
            message = container.message or ""
            missing = missing_config(message)
            if container.waiting == CONFIG_ERROR or (container.waiting is not None and missing is not None):
                failure = Failure(
                    Cause.CONFIG_MISSING,
                    Fault.CONFIGURATION,
                    {"container": container.name, "missing": missing or UNKNOWN, "message": message},
                )
                yield look.lasting(failure, pod.created, look.patience.probe_failure_seconds)
