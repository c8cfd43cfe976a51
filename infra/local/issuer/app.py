"""The issuer's addresses: what they answer, and the order in which a request passes through."""

import logging

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.issuer.clients import SCOPES
from infra.local.issuer.device_page import approve_device, show_device
from infra.local.issuer.form import read_form, read_query, sent
from infra.local.issuer.page import style
from infra.local.issuer.security_headers import SecurityHeaders
from infra.local.issuer.server import Issuer
from infra.local.issuer.sign_in_page import give_code, show_sign_in
from infra.local.issuer.signing_key import ALGORITHM, public_keys
from infra.local.issuer.tokens import user_info

log = logging.getLogger(__name__)


def build_app(issuer: Issuer) -> Starlette:
    """Return the application; its state holds the one issuer."""
    routes = [
        Route("/health", health),
        Route("/ready", ready),
        Route("/page.css", style),
        Route("/.well-known/openid-configuration", discovery),
        Route("/jwks", jwks),
        Route("/authorize", show_sign_in, methods=["GET"]),
        Route("/authorize", give_code, methods=["POST"]),
        Route("/token", token, methods=["POST"]),
        Route("/device_authorization", device_authorization, methods=["POST"]),
        Route("/device", show_device, methods=["GET"]),
        Route("/device", approve_device, methods=["POST"]),
        Route("/userinfo", userinfo, methods=["GET", "POST"]),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(SecurityHeaders)])
    app.state.issuer = issuer
    return app


async def health(request: Request) -> Response:  # noqa: ARG001 - a route
    """Answer 200 while the process lives."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:  # noqa: ARG001 - a route
    """Answer 200: whoever gets an answer finds keys and people read, since that happens before listening."""
    return JSONResponse({"service": "issuer", "ready": True, "reasons": []})


async def discovery(request: Request) -> Response:
    """Answer what this issuer can do (OpenID Connect Discovery section 3)."""
    here = request.app.state.issuer.issuer
    return JSONResponse(
        {
            "issuer": here,
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "device_authorization_endpoint": f"{here}/device_authorization",
            "userinfo_endpoint": f"{here}/userinfo",
            "jwks_uri": f"{here}/jwks",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": [
                "authorization_code",
                "refresh_token",
                "client_credentials",
                DEVICE_CODE_GRANT_TYPE,
            ],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["sub", "name", "teams", "roles", "sid", "auth_time"],
            "ui_locales_supported": ["nl", "en"],
        }
    )


async def jwks(request: Request) -> Response:
    """Answer the public keys (RFC 7517)."""
    return JSONResponse(public_keys(request.app.state.issuer.keys))


async def token(request: Request) -> Response:
    """Answer the token endpoint; its parameters come from the body only (RFC 6749 section 3.2)."""
    fields = await read_form(request)
    answer: Response = request.app.state.issuer.create_token_response(sent(request, fields))
    return answer


async def device_authorization(request: Request) -> Response:
    """Answer the start of the device flow (RFC 8628 section 3.1)."""
    fields = await read_form(request)
    answer: Response = request.app.state.issuer.create_endpoint_response("device_authorization", sent(request, fields))
    return answer


async def userinfo(request: Request) -> Response:
    """Answer the claims about whom the access token is of (OpenID Connect Core section 5.3)."""
    issuer: Issuer = request.app.state.issuer
    try:
        claims = issuer.claims_of_bearer(sent(request, read_query(request)))
    except OAuth2Error as error:
        return issuer.handle_response(*error())
    person = issuer.people.by_id(claims["sub"])
    if person is None:
        return JSONResponse({"error": "invalid_token"}, 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return JSONResponse(user_info(person.id, person.name, claims["scope"]))
