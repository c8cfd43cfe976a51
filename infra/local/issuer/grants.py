"""The four ways to a token, each Authlib's grant with our memory behind it."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from authlib.oauth2.rfc6749 import ClientMixin, InvalidRequestError, OAuth2Request, TokenMixin
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    BaseGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant

from infra.local.issuer.pending import CODE_SECONDS, DEVICE_SECONDS, Code, Device
from infra.local.issuer.people import SignIn
from infra.local.issuer.refresh_tokens import RefreshToken

if TYPE_CHECKING:
    from infra.local.issuer.server import Issuer

EVERY_CLIENT = ["client_secret_basic", "client_secret_post", "none"]
POLL_SECONDS = 2


class OnlyS256(CodeChallenge):
    """PKCE for every client, with SHA-256 only (RFC 9700 section 2.1.1)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - Authlib's name and type

    def validate_code_challenge(self, grant: BaseGrant, redirect_uri: str) -> None:
        """Refuse a request without a challenge, or with another method than S256."""
        payload = grant.request.payload
        if payload is None or not payload.data.get("code_challenge"):
            description = "Missing 'code_challenge'"
            raise InvalidRequestError(description)
        if payload.data.get("code_challenge_method") != "S256":
            description = "The 'code_challenge_method' must be S256"
            raise InvalidRequestError(description)
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(AuthorizationCodeGrant):
    """Authorization code with PKCE; a code works once, whether the exchange succeeds or not."""

    TOKEN_ENDPOINT_AUTH_METHODS = EVERY_CLIENT
    server: "Issuer"

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        """Keep what the code stands for, for a minute."""
        asked = request.payload.data if request.payload else {}
        sign_in = request.user
        if not isinstance(sign_in, SignIn):
            message = "a code is only given to somebody who signed in"
            raise TypeError(message)
        self.server.codes.put(
            code,
            Code(
                code=code,
                client_id=asked["client_id"],
                redirect_uri=asked["redirect_uri"],
                scope=request.scope,
                nonce=asked.get("nonce"),
                code_challenge=asked["code_challenge"],
                code_challenge_method=asked["code_challenge_method"],
                sign_in=sign_in,
                expires_at=time.time() + CODE_SECONDS,
            ),
        )

    def query_authorization_code(self, code: str, client: ClientMixin) -> Code | None:
        """Return the code if it is this client's; looking at it uses it up."""
        found = self.server.codes.pop(code)
        return found if found and found.client_id == client.get_client_id() else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Nothing is left to delete: the code went when it was looked at."""

    def authenticate_user(self, authorization_code: Code) -> SignIn:
        """Return who gave the password."""
        return authorization_code.sign_in


class RefreshGrant(RefreshTokenGrant):
    """A new access token for a refresh token, which is replaced each time."""

    TOKEN_ENDPOINT_AUTH_METHODS = EVERY_CLIENT
    INCLUDE_NEW_REFRESH_TOKEN = True
    server: "Issuer"

    def authenticate_refresh_token(  # type: ignore[override] # Authlib accepts None, the stub does not
        self,
        refresh_token: str,
    ) -> RefreshToken | None:
        """Return what the token stands for, if it still may be used."""
        return self.server.refresh_tokens.find(refresh_token)

    def authenticate_user(self, refresh_token: RefreshToken) -> SignIn | None:
        """Return the sign-in, as the people file has the person now."""
        person = self.server.people.by_id(refresh_token.person_id)
        return SignIn(person, refresh_token.sid, refresh_token.signed_in_at) if person else None

    def revoke_old_credential(self, refresh_token: TokenMixin) -> None:
        """Mark the old token used."""
        if isinstance(refresh_token, RefreshToken):
            self.server.refresh_tokens.mark_used(refresh_token)


class SystemGrant(ClientCredentialsGrant):
    """A program signs in as itself."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # noqa: RUF012 - Authlib's name and type


class DeviceGrant(DeviceCodeGrant):
    """The polling half of the device flow (RFC 8628 section 3.4)."""

    server: "Issuer"

    def query_device_credential(self, device_code: str) -> Device | None:
        """Return what the device code stands for."""
        return self.server.devices.get(device_code)

    def query_user_grant(self, user_code: str) -> tuple[SignIn | None, bool] | None:
        """Return who decided and what; None while nobody has."""
        device = self.server.device_with(user_code)
        if device is None or (device.sign_in is None and not device.refused):
            return None
        return device.sign_in, not device.refused

    def should_slow_down(self, credential: Device) -> bool:
        """Tell whether this poll came too soon after the one before."""
        now = time.time()
        self.server.devices.put(credential.device_code, replace(credential, polled_at=now))
        return now - credential.polled_at < POLL_SECONDS


class DeviceStart(DeviceAuthorizationEndpoint):
    """The first half of the device flow: a code for the program, a shorter one for the person."""

    EXPIRES_IN = DEVICE_SECONDS
    INTERVAL = POLL_SECONDS
    server: "Issuer"

    def get_verification_uri(self) -> str:
        """Return the page where the person types the code."""
        return f"{self.server.issuer}/device"

    def save_device_credential(self, client_id: str, scope: str | None, data: dict[str, str]) -> None:
        """Keep the pair of codes for ten minutes."""
        self.server.devices.put(
            data["device_code"],
            Device(
                device_code=data["device_code"],
                user_code=data["user_code"],
                client_id=client_id,
                scope=scope or "",
                expires_at=time.time() + DEVICE_SECONDS,
            ),
        )
