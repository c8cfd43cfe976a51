"""What an operator can set for the gateway."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from chassis.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """The settings of the gateway."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8400
    """Port of the public address."""

    host: str = "127.0.0.1"
    """Address it listens on. Loopback until an operator puts TLS before it."""

    public_url: str = "http://127.0.0.1:8400"
    """The gateway's own address as browsers see it: redirect addresses and cookies follow from it."""

    issuer: str = "http://127.0.0.1:8401"
    """The OpenID Connect issuer whose tokens are believed."""

    web_client_secret_file: Path | None = None
    """File with the web client's secret at the issuer. Without it nobody can sign in by browser."""

    platform_key_file: Path | None = None
    """File with the 32-byte key, in base64, that wraps every person's key. Without it reviews are refused."""

    body_limit: Annotated[int, Field(ge=1024)] = 256 * 1024
    """Largest request body, in bytes; four times what an event may carry."""

    decide_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    """How long an owner has to answer a request before it is closed as undecided, in seconds."""
