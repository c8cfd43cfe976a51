"""The API as one ASGI application: routes, problems, limits and the headers every answer has.

`main` builds the World and serves this beside the web pages. Every rule of the NLGov API Design Rules that concerns
all routes is kept here: API-Version, no trailing slash, problems, security headers.
"""

from http import HTTPStatus
from itertools import islice

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Route

from chassis.entry import TooLarge
from chassis.errors import NotNow
from chassis.mongo import DatabaseError
from contracts.envelope import WIRE_LIMIT
from contracts.identity.events import SignInRefusal
from contracts.refusals import Refusal
from services.gateway.api import (
    apps,
    change_routes,
    clusters,
    deployments,
    diagnosis,
    environments,
    events,
    evidence,
    logs,
    me,
    operations,
    people,
    plans,
    reviews,
    revisions,
    timeline,
)
from services.gateway.api.every_answer import EveryAnswer
from services.gateway.api.openapi import StoreApi
from services.gateway.api.problems import API_VERSION, Problem, problem_response
from services.gateway.api.shapes import FieldError, field_error
from services.gateway.identity.csrf import CrossSiteRequestError
from services.gateway.identity.oidc import TokenRefusedError
from services.gateway.ports import World

log = structlog.get_logger(__name__)

BASE = "/api/v1"
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
MOST_ERRORS = 50
"""Wrong fields that one answer names."""
_PARTS = (
    apps,
    reviews,
    evidence,
    deployments,
    change_routes,
    plans,
    revisions,
    diagnosis,
    logs,
    environments,
    timeline,
    operations,
    events,
    clusters,
    me,
    people,
)
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_STATUS_CODES = {404: "no-such-address", 405: "method-not-allowed", 415: "unsupported-media-type"}


def api(world: World) -> FastAPI:
    """The application under `/api/v1`."""
    app = StoreApi(
        title="App Store platform",
        version=API_VERSION,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        description="Find, evaluate, deploy and manage AI applications on Kubernetes.",
        redirect_slashes=False,
        dependencies=[Depends(json_only)],
        contact={"name": "App Store platform", "email": "appstore@example.org", "url": world.settings.public_url},
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": BASE}],
        responses={"default": {"description": "A problem (RFC 9457)"}},
    )
    app.state.world = world
    for part in _PARTS:
        app.include_router(part.router)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET"],
        allow_headers=["Accept-Language"],
        expose_headers=["API-Version"],
    )
    app.add_middleware(EveryAnswer, failed=_refused)
    for kind in FORESEEN:
        app.add_exception_handler(kind, _answer)
    return app


async def json_only(request: Request) -> None:
    """Refuses a body that is not JSON by its own word."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if (
        request.method in {"POST", "PUT", "PATCH"}
        and kind
        and kind != "application/json"
        and not kind.endswith("+json")
    ):
        raise Problem("unsupported-media-type")


async def _answer(request: Request, error: Exception) -> Response:
    return _refused(request, error)


def _refused(request: Request, error: Exception) -> Response:
    headers = None
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": _methods_at(request)}
    return problem_response(request, as_refusal(error), headers)


def _methods_at(request: Request) -> str:
    """Every method that the address takes: more than one route may stand there."""
    routes = [route for part in _PARTS for route in part.router.routes if isinstance(route, Route)]
    here = [route.methods or () for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for methods in here for method in methods}))


def as_refusal(error: Exception) -> Refusal:
    """What went wrong, as a refusal a client can be told; what nobody foresaw is logged and told as our fault."""
    match error:
        case Refusal():
            refusal = error
        case RequestValidationError():
            code = "bad-request" if _unreadable(error) else "invalid-fields"
            refusal = Problem(code, errors=_fields(error))
        case HTTPException():
            refusal = Problem(_STATUS_CODES.get(error.status_code, "bad-request"))
        case TokenRefusedError():
            refusal = Problem("issuer-away" if error.reason is SignInRefusal.ISSUER_AWAY else "token-refused")
        case CrossSiteRequestError():
            refusal = Problem("cross-site-request")
        case TooLarge():
            refusal = Problem("body-too-large", limit=WIRE_LIMIT)
        case NotNow() | DatabaseError():
            log.warning("a request could not be served", reason=type(error).__name__)
            refusal = Problem("not-now")
        case _:
            log.error("a request failed", exc_info=error)
            refusal = Problem("internal-error")
    return refusal


def _unreadable(error: RequestValidationError) -> bool:
    return any(one["type"] == "json_invalid" for one in error.errors())


def _fields(error: RequestValidationError) -> list[FieldError]:
    """What is wrong, once per field and kind of mistake, and no more than an answer can bear."""
    # A place begins with the part of the request: body, query, path or header.
    told = (field_error(one, one["loc"][1:]) for one in islice(error.errors(), MOST_ERRORS))
    return list({(one.field, one.code): one for one in told}.values())
