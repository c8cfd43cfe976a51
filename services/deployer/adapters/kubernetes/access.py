"""How one cluster is reached: an address, whom to trust, and a credential that is read again when it no longer counts.

`building.py` makes one from the settings; `connection.py` asks it for the client's configuration. Nothing of it is ever
logged: it says where a credential is, never what it is.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kubernetes_asyncio.client import Configuration
from kubernetes_asyncio.config import ConfigException, load_kube_config
from kubernetes_asyncio.config.incluster_config import SERVICE_CERT_FILENAME, SERVICE_TOKEN_FILENAME

_TOKEN = "BearerToken"  # noqa: S105 - the name of the header's setting in the client


class AccessError(Exception):
    """The credential can't be read; the text says which file, and nothing of what is in it."""


class Access(Protocol):
    """One way to a cluster."""

    @property
    def fresh_seconds(self) -> float:
        """After how long the credential is read again, in seconds; it is when the server does not know it, too."""
        ...

    async def configuration(self) -> Configuration:
        """The client's configuration, read anew. Raises AccessError."""
        ...


@dataclass(frozen=True, slots=True)
class KubeconfigAccess:
    """A kubeconfig file and a context in it; the file's current one when `context` is empty."""

    file: Path
    context: str = ""
    fresh_seconds: float = 600.0

    async def configuration(self) -> Configuration:
        """The client's configuration for this context. Raises AccessError."""
        found = Configuration()
        try:
            await load_kube_config(str(self.file), self.context or None, found, persist_config=False)
        except (ConfigException, OSError, ValueError) as error:
            message = f"the kubeconfig file {self.file} can't be used ({type(error).__name__})"
            raise AccessError(message) from error
        return found


@dataclass(frozen=True, slots=True)
class TokenAccess:
    """A server, the file with its CA certificates, and the file with a token that somebody else keeps fresh."""

    server: str
    token_file: Path
    ca_file: Path
    fresh_seconds: float = 60.0

    async def configuration(self) -> Configuration:
        """The client's configuration with the token that the file holds now. Raises AccessError."""
        try:
            token = self.token_file.read_text(encoding="ascii").strip()
            self.ca_file.open("rb").close()
        except (OSError, ValueError) as error:
            message = f"{self.token_file} or {self.ca_file} can't be read ({type(error).__name__})"
            raise AccessError(message) from error
        if not token:
            message = f"the token file {self.token_file} is empty"
            raise AccessError(message)
        found = Configuration(host=self.server.rstrip("/"), api_key={_TOKEN: f"Bearer {token}"})
        found.ssl_ca_cert = str(self.ca_file)
        return found


def account_of_the_pod(host: str, port: str) -> TokenAccess:
    """The service account that Kubernetes gives to this pod; `host` and `port` stand in its environment."""
    address = f"[{host}]" if ":" in host else host
    return TokenAccess(f"https://{address}:{port}", Path(SERVICE_TOKEN_FILENAME), Path(SERVICE_CERT_FILENAME))
