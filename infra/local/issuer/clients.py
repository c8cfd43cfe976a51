"""The programs people sign in with, and the exact addresses they may be sent back to."""

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE

from infra.local.issuer.secret_files import read_or_make_secret
from infra.local.issuer.settings import Settings

SCOPES = ("openid", "profile")
LOOPBACK_PATH = "/callback"
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Client(ClientMixin):
    """One registered client, in the words Authlib asks for it."""

    client_id: str
    grants: tuple[str, ...]
    redirects: tuple[str, ...] = ()
    loopback_redirect: bool = False
    """A command line tool listens on any free port of 127.0.0.1 (RFC 8252 section 7.3)."""
    secret: str | None = None
    """None for a public client."""

    def get_client_id(self) -> str:
        """Return the id."""
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        """Return nothing: every request names its redirect address."""
        return ""

    def get_allowed_scope(self, scope: object) -> str:
        """Return the asked scopes that exist here, `openid` included."""
        asked = scope.split() if isinstance(scope, str) else []
        return " ".join(one for one in SCOPES if one in asked)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Tell whether the browser may be sent there: an exact address, or this machine's loopback."""
        return redirect_uri in self.redirects or (self.loopback_redirect and is_loopback_callback(redirect_uri))

    def check_client_secret(self, client_secret: str) -> bool:
        """Compare in constant time."""
        return self.secret is not None and secrets.compare_digest(self.secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - Authlib's signature
        """Confidential clients prove themselves, public ones have nothing to prove it with."""
        return method in ("client_secret_basic", "client_secret_post") if self.secret else method == "none"

    def check_response_type(self, response_type: str) -> bool:
        """Only the code flow; the implicit flow is gone (RFC 9700 section 2.1.2)."""
        return response_type == "code" and "authorization_code" in self.grants

    def check_grant_type(self, grant_type: str) -> bool:
        """Tell whether this client may use the grant."""
        return grant_type in self.grants


def is_loopback_callback(address: str) -> bool:
    """Tell whether this is exactly `http://127.0.0.1:<port>/callback`."""
    try:
        port = urlsplit(address).port
    except ValueError:
        return False
    return port is not None and 0 < port <= HIGHEST_PORT and address == f"http://127.0.0.1:{port}{LOOPBACK_PATH}"


def registered_clients(settings: Settings) -> dict[str, Client]:
    """Return the clients by id; secrets are read, or made at the first start."""
    clients = (
        Client(
            client_id="appstore-web",
            grants=("authorization_code",),
            redirects=(f"{settings.public_url}/auth/callback",),
            secret=read_or_make_secret(settings.web_secret_file),
        ),
        Client(
            client_id="appstore-cli",
            grants=("authorization_code", "refresh_token", DEVICE_CODE_GRANT_TYPE),
            loopback_redirect=True,
        ),
        Client(
            client_id="appstore-demo-system",
            grants=("client_credentials",),
            secret=read_or_make_secret(settings.data_dir / "appstore-demo-system.secret"),
        ),
    )
    return {client.client_id: client for client in clients}
