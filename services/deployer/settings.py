"""What an operator can set for the deployer, beside what every service has."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from chassis.settings import ServiceSettings
from services.deployer.domain.health import Patience


class DeployerSettings(ServiceSettings):
    """The deployer's settings."""

    cluster_file: Path = Path("infra/local/cluster.yaml")
    """The file that describes the simulated cluster."""

    secrets_key_file: Path | None = None
    """File with 32 bytes in base64 that encrypt secrets and sealing keys in this service's database, so that a copy of
    it shows none. Without it no secret parameter can be given or generated."""

    sealing_key_days: Annotated[float, Field(gt=0, le=3650)] = 90
    """Days after which secrets are sealed with a new key."""

    image_pull_attempts: Annotated[int, Field(ge=1, le=100)] = 3
    """After so many tries an image counts as not found: one answer may be a registry's slip, three are not."""

    crash_restarts: Annotated[int, Field(ge=1, le=100)] = 3
    """After so many restarts a container counts as crash looping: a dependency that starts late is worth two."""

    shortage_seconds: Annotated[float, Field(ge=0, le=3600)] = 3
    """Seconds that no room on a node or in the quota may last. Only somebody else's change ends it, so little is won
    by waiting; with an autoscaler, set it to the minutes a new node takes."""

    probe_failure_seconds: Annotated[float, Field(ge=0, le=3600)] = 10
    """Seconds that an app may answer its readiness probe with no, after it began to answer at all."""

    progress_deadline_seconds: Annotated[float, Field(ge=1, le=86_400)] = 600
    """Seconds a rollout may take in all, as in Kubernetes."""

    undecided_grace_seconds: Annotated[float, Field(ge=0, le=600)] = 10
    """Seconds after `decideBy` before a request is closed: a decision made in time may still be on its way, or lie in
    the partitions of a replica that died, which nobody reads for a session and a rebalance (6 and 3 seconds)."""

    catch_up_seconds: Annotated[float, Field(ge=0, le=600)] = 15
    """Seconds after a start before anything is closed as undecided: joining the group and reading on take a few."""

    reconciles_at_once: Annotated[int, Field(ge=1, le=64)] = 4
    """Deployments worked on at the same time. Those of the sandbox write one after the other whatever this says."""

    @property
    def patience(self) -> Patience:
        """The settings that decide when a rollout has failed."""
        return Patience(
            self.image_pull_attempts,
            self.crash_restarts,
            self.shortage_seconds,
            self.probe_failure_seconds,
            self.progress_deadline_seconds,
        )
