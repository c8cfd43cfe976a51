"""An image can't be pulled: the registry does not know it, does not give it, or is away."""

from collections.abc import Iterator

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.health import Failure, Finding, Look
from services.deployer.domain.kubernetes_words import registry_is_away

NEVER = ("InvalidImageName", "ErrImageNeverPull")
"""Reasons that no further try changes."""


def image_not_found(look: Look) -> Iterator[Finding]:
    """Containers that wait for an image after a pull that failed."""
    enough = look.patience.image_pull_attempts
    for pod in look.observed.pods:
        for container in pod.containers:
            hopeless = container.waiting in NEVER
            if container.pull_attempts or hopeless:
                message = container.message or ""
                failure = Failure(
                    Cause.IMAGE_NOT_FOUND,
                    Fault.DEPENDENCY if registry_is_away(message) else Fault.CONFIGURATION,
                    {"image": container.image, "message": message, "howToAdd": container.how_to_add or ""},
                )
                yield look.counted(failure, enough if hopeless else container.pull_attempts, enough)
