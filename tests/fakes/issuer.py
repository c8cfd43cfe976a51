"""An issuer for tests of the client's sign-in: a form with PKCE, a device flow, refreshed tokens; all from memory."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

PEOPLE = {"demi": "demo-demi", "cato": "demo-cato"}
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class FakeIssuer:
    """Tokens in use; `pending_polls` is how often a device must ask before somebody has approved."""

    access: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)
    pending_polls: int = 1
    lifetime: int = 600

    def routes(self) -> list[Route]:
        """Its addresses, below `/issuer`."""
        return [
            Route("/issuer/.well-known/openid-configuration", self._discovery),
            Route("/issuer/authorize", self._authorize, methods=["GET", "POST"]),
            Route("/issuer/token", self._token, methods=["POST"]),
            Route("/issuer/device_authorization", self._device, methods=["POST"]),
        ]

    def knows(self, header: str) -> bool:
        """Whether the header holds a token in use."""
        return header.removeprefix("Bearer ") in self.access

    def issue(self) -> dict[str, str | int]:
        """New tokens."""
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.access.add(access)
        self.refresh.add(refresh)
        return {"access_token": access, "refresh_token": refresh, "expires_in": self.lifetime, "token_type": "Bearer"}

    async def _discovery(self, request: Request) -> Response:
        here = f"{request.base_url}issuer"
        endpoints = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "device_authorization_endpoint": "device_authorization",
        }
        return JSONResponse({"issuer": here} | {name: f"{here}/{path}" for name, path in endpoints.items()})

    async def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        if request.method == "GET":
            return HTMLResponse(
                '<form method="post"><input type="hidden" name="form_token" value="t">'
                '<input name="username"><input type="password" name="password"></form>',
            )
        form = await request.form()
        if form["form_token"] != "t" or PEOPLE.get(str(form["username"])) != form["password"]:
            return HTMLResponse("no", 401)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked["code_challenge"]
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 303)

    async def _device(self, request: Request) -> Response:
        page = f"{request.base_url}issuer/device"
        return JSONResponse(
            {
                "device_code": "d",
                "user_code": "WXYZ-1234",
                "verification_uri": page,
                "expires_in": 60,
                "interval": 0,
            }
        )

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            granted = self.codes.pop(str(form["code"]), None) == challenge
        elif form["grant_type"] == "refresh_token":
            granted = str(form["refresh_token"]) in self.refresh
            self.refresh.discard(str(form["refresh_token"]))
        else:
            self.pending_polls -= 1
            if self.pending_polls >= 0:
                return JSONResponse({"error": "authorization_pending"}, 400)
            granted = form["grant_type"] == DEVICE_GRANT
        return JSONResponse(self.issue()) if granted else JSONResponse({"error": "invalid_grant"}, 400)
