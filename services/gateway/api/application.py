"""The API as one ASGI application: routes, problems, limits and the headers every answer has.

`main` builds the World and serves this beside the web pages. Every rule of the NLGov API Design Rules that concerns
all routes is kept here: API-Version, no trailing slash, problems, security headers.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis.errors import NotNow
from chassis.mongo import DatabaseError
from contracts.identity.events import SignInRefusal
from contracts.refusals import Refusal
from services.gateway.api import apps, deployments, events, evidence, me, operations, reviews, timeline
from services.gateway.api.problems import Problem, problem_response
from services.gateway.identity.csrf import CrossSiteRequestError
from services.gateway.identity.oidc import TokenRefusedError
from services.gateway.ports import World

log = structlog.get_logger(__name__)

API_VERSION = "1.0.0"
BASE = "/api/v1"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
FORESEEN: tuple[type[Exception], ...] = (
    Refusal,
    RequestValidationError,
    HTTPException,
    TokenRefusedError,
    CrossSiteRequestError,
    NotNow,
    DatabaseError,
)
"""What `as_refusal` has words for; the pages answer the same ones."""
_STATUS_CODES = {404: "no-such-address", 405: "method-not-allowed", 415: "unsupported-media-type"}


def api(world: World) -> FastAPI:
    """The application under `/api/v1`."""
    app = FastAPI(
        title="App Store platform",
        version=API_VERSION,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        description="Find, evaluate, deploy and manage AI applications on Kubernetes.",
        redirect_slashes=False,
        contact={"name": "App Store platform", "email": "appstore@example.org", "url": world.settings.public_url},
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": BASE}],
        responses={"default": {"description": "A problem (RFC 9457)", "content": {"application/problem+json": {}}}},
    )
    app.state.world = world
    for part in (apps, reviews, evidence, deployments, timeline, operations, events, me):
        app.include_router(part.router)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET"],
        allow_headers=["Accept-Language"],
        expose_headers=["API-Version"],
    )
    app.middleware("http")(_every_answer)
    _problems(app)
    return app


async def _every_answer(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    response.headers["API-Version"] = API_VERSION
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "authorization" in request.headers or "cookie" in request.headers:
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers.append("Vary", "Accept-Language, Authorization, Cookie")
    return response


def _problems(app: FastAPI) -> None:
    async def refused(request: Request, error: Exception) -> Response:
        return problem_response(request, as_refusal(error))

    for kind in (*FORESEEN, Exception):
        app.add_exception_handler(kind, refused)


def as_refusal(error: Exception) -> Refusal:
    """What went wrong, as a refusal a client can be told; what nobody foresaw is logged and told as our fault."""
    match error:
        case Refusal():
            refusal = error
        case RequestValidationError():
            code = "bad-request" if _unreadable(error) else "invalid-fields"
            refusal = Problem(code, errors=[_field(one) for one in error.errors()])
        case HTTPException():
            refusal = Problem(_STATUS_CODES.get(error.status_code, "bad-request"))
        case TokenRefusedError():
            refusal = Problem("issuer-away" if error.reason is SignInRefusal.ISSUER_AWAY else "token-refused")
        case CrossSiteRequestError():
            refusal = Problem("cross-site-request")
        case NotNow() | DatabaseError():
            log.warning("a request could not be served", reason=type(error).__name__)
            refusal = Problem("not-now")
        case _:
            log.error("a request failed", exc_info=error)
            refusal = Problem("internal-error")
    return refusal


def _unreadable(error: RequestValidationError) -> bool:
    return any(one["type"] == "json_invalid" for one in error.errors())


def _field(error: Any) -> dict[str, str]:
    place = [str(part) for part in error["loc"] if part not in {"body", "query", "path", "header"}]
    return {"field": ".".join(place) or "body", "code": str(error["type"]), "detail": str(error["msg"])}
