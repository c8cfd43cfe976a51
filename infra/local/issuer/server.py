"""The issuer: Authlib's authorization server with our memory, and the few lines that fit it to Starlette.

Authlib does the protocol; it ships such an adapter for Flask and Django only. It is synchronous, so a request is read
first (`form.py`) and then handed over whole. One program, one thread: nothing here needs a lock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from authlib.oauth2 import AuthorizationServer, OAuth2Request, ResourceProtector
from authlib.oauth2.rfc6749 import OAuth2Payload, UnsupportedResponseTypeError
from starlette.responses import JSONResponse, Response

from infra.local.issuer.clients import SCOPES, Client, registered_clients
from infra.local.issuer.grants import CodeGrant, DeviceGrant, DeviceStart, OnlyS256, RefreshGrant, SystemGrant
from infra.local.issuer.pending import Code, Device, Pending
from infra.local.issuer.people import SignIn, read_people
from infra.local.issuer.refresh_tokens import RefreshToken, RefreshTokens, hash_token
from infra.local.issuer.settings import Settings
from infra.local.issuer.signing_key import load_signing_key
from infra.local.issuer.tokens import AccessTokens, IdTokens, UserInfoTokens


@dataclass(frozen=True)
class Sent:
    """A request that has been read: method, address, headers, and its parameters with their repeats."""

    method: str
    url: str
    headers: Mapping[str, str]
    parameters: Mapping[str, list[str]]


class _Payload(OAuth2Payload):
    def __init__(self, parameters: Mapping[str, list[str]]) -> None:
        self._lists = dict(parameters)

    @cached_property
    def data(self) -> dict[str, str]:
        return {name: values[-1] for name, values in self._lists.items()}

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._lists


class _Request(OAuth2Request):
    def __init__(self, sent: Sent) -> None:
        super().__init__(sent.method, sent.url, headers=sent.headers)
        self.payload = _Payload(sent.parameters)

    @property
    def args(self) -> dict[str, str | None]:
        return {**self.form}

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data if self.payload else {}


class Issuer(AuthorizationServer):
    """Everything the pages and endpoints need, with the files of one data folder."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(scopes_supported=SCOPES)
        self.issuer = settings.issuer
        self.people = read_people(settings.people_file)
        self.keys = load_signing_key(settings.data_dir / "signing-key.json")
        self.clients = registered_clients(settings)
        self.codes: Pending[Code] = Pending()
        self.devices: Pending[Device] = Pending()
        self.refresh_tokens = RefreshTokens(settings.data_dir / "refresh-tokens.json")
        self.protector = ResourceProtector()
        self.protector.register_token_validator(UserInfoTokens(self.issuer, self.keys))
        self._register()

    def _register(self) -> None:
        id_tokens = IdTokens(self.issuer, self.keys, self.codes)
        self.register_token_generator("default", AccessTokens(self.issuer, self.keys, self.people))
        self.register_grant(CodeGrant, [OnlyS256(required=True), id_tokens])
        self.register_grant(DeviceGrant, [id_tokens])
        self.register_grant(RefreshGrant)
        self.register_grant(SystemGrant)
        self.register_endpoint(DeviceStart(self))  # type: ignore[arg-type] # the stub forgets that it is an endpoint

    def query_client(self, client_id: str) -> Client | None:  # type: ignore[override] # Authlib accepts None, the stub not
        """Return the registered client."""
        return self.clients.get(client_id)

    def save_token(self, token: dict[str, str | int], request: OAuth2Request) -> None:
        """Keep the refresh token, and let a device code work only once."""
        if isinstance(request.credential, Device):
            self.devices.pop(request.credential.device_code)
        sign_in, client = request.user, request.client
        if "refresh_token" in token and isinstance(sign_in, SignIn) and client is not None:
            self.refresh_tokens.add(
                RefreshToken(
                    hash=hash_token(str(token["refresh_token"])),
                    client_id=client.get_client_id(),
                    person_id=sign_in.person.id,
                    scope=str(token.get("scope", "")),
                    sid=sign_in.sid,
                    signed_in_at=sign_in.at,
                )
            )

    def device_with(self, user_code: str) -> Device | None:
        """Return the device whose code a person typed; case and dash do not matter (RFC 8628 section 6.1)."""
        typed = _plain(user_code)
        return next((device for device in self.devices.values() if _plain(device.user_code) == typed), None)

    def consent_grant(self, sent: Sent) -> CodeGrant:
        """Return the grant that a sound authorization request asks for; raises `OAuth2Error`."""
        grant = self.get_consent_grant(sent)  # type: ignore[no-untyped-call]
        if not isinstance(grant, CodeGrant):
            raise UnsupportedResponseTypeError(sent.parameters.get("response_type", [""])[-1])
        return grant

    def claims_of_bearer(self, sent: Sent) -> Mapping[str, Any]:
        """Return the claims of the request's access token; raises `OAuth2Error`."""
        claims: Mapping[str, Any] = self.protector.validate_request(  # type: ignore[no-untyped-call]
            ["openid"],
            self.create_oauth2_request(sent),
        )
        return claims

    def create_oauth2_request(self, request: Sent) -> OAuth2Request:
        """Wrap a request that has been read."""
        return _Request(request)

    def handle_response(self, status: int, body: object, headers: Any) -> Response:
        """Turn Authlib's answer into Starlette's."""
        fields = dict(headers)
        if isinstance(body, dict):
            return JSONResponse(body, status, fields)
        return Response(str(body or ""), status, fields)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens: the gateway records sign-ins."""


def _plain(user_code: str) -> str:
    return user_code.strip().replace("-", "").replace(" ", "").upper()
