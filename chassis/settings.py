"""What an operator can set for every service. Each service adds its own fields in its `settings.py`.

Read from environment variables with the prefix APPSTORE_, then from files of the same names in /run/secrets, where
container platforms put what may not stand in an environment. A value that can't be stops the start with a message.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.identifiers import Uuid

SECRETS = Path("/run/secrets")


class ServiceSettings(BaseSettings):
    """The settings every service has."""

    model_config = SettingsConfigDict(
        env_prefix="APPSTORE_", frozen=True, secrets_dir=SECRETS if SECRETS.is_dir() else None
    )

    kafka: str = "127.0.0.1:8410"
    """Bootstrap servers, host:port. The default is the embedded stack's."""

    idempotent: bool = False
    """Whether the relay's producer is idempotent, so that a lost acknowledgement leaves no repeat on the log. True for
    Apache Kafka; the embedded broker has no idempotent producers."""

    mongo: str = "mongodb://127.0.0.1:8411/?replicaSet=secantus"
    """Connection string of a MongoDB replica set; transactions need one."""

    health_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Port on loopback for /health, /ready and /metrics; 0 takes a free one."""

    health_host: str = "127.0.0.1"
    """Address of the health server. Loopback unless a kubelet or Prometheus must reach it."""

    replica: Annotated[str, StringConstraints(max_length=64)] = ""
    """Name of this replica, if whoever starts it sees to it that one process at a time has it (a StatefulSet's pod, a
    part of the embedded stack): its successor leads at once where it led. Empty: a name nobody has had."""

    log_format: Literal["json", "console"] = "json"
    """JSON for machines, console for people."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"

    origin: Uuid = "00000000-0000-7000-8000-000000000000"
    """Id of this installation; stands in every event, so that federated installations can be told apart."""

    oin: Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$")] = "00000000000000000000"
    """Organisation number in the source of every event (NL GOV profile). All zeros says: not set."""

    fetch_wait_ms: Annotated[int, Field(ge=10, le=5000)] = 200
    """How long the broker may hold a fetch when the log is quiet, in milliseconds. The embedded broker sleeps half
    of it, so this trades latency (lower) for idle CPU (higher); Apache Kafka answers at once whatever it is: 2000."""

    busy_fetch_wait_ms: Annotated[int, Field(ge=10, le=5000)] = 50
    """The same while messages come. Short on every broker: a fetch sent while messages of a partition were still to be
    handled asks for the others only, and what comes on that partition waits for its end."""

    session_timeout_ms: Annotated[int, Field(ge=1000, le=60_000)] = 6000
    """After this silence the group gives a dead member's partitions away. Apache Kafka's minimum is 6,000."""

    heartbeat_ms: Annotated[int, Field(ge=100, le=20_000)] = 1500
    """How often a member says it lives; a quarter of the session, so that one lost beat costs nothing."""
