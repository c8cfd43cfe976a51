"""What people do with a deployment on its page: forms that work without JavaScript, guarded by their session's token.

Before it: `site`, for a POST to the page's own address. After it: the page again, which shows what was accepted.
"""

from collections.abc import Mapping
from urllib.parse import parse_qs

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.api.change_wishes import DeploymentChange, Restart, Resume, RollBack
from services.gateway.api.changes import (
    Asking,
    accept_cancel,
    accept_change,
    accept_pause,
    accept_restart,
    accept_resume,
    accept_roll_back,
)
from services.gateway.api.problems import Problem
from services.gateway.identity.csrf import CSRF_FIELD, must_be_same_site, must_carry_token
from services.gateway.identity.current_person import current_session
from services.gateway.ports import World

LARGEST_FORM = 8 * 1024
MOST_FIELDS = 10
SEE_OTHER = 303


async def change_by_form(request: Request, world: World) -> Response:
    """Do what a form of the deployment page asks, and show the page again.

    Raises CrossSiteRequestError, and the problems not-signed-in, bad-request and those of the API.
    """
    session = await current_session(request, world.identity)
    if session is None:
        raise Problem("not-signed-in")
    fields = await _fields(request)
    must_be_same_site(request, session, world.identity.public_url)
    must_carry_token(session, fields.get(CSRF_FIELD, ""))
    deployment = request.path_params["id"]
    try:
        await _act(fields, Asking(deployment, session.person, request), world)
    except ValidationError as error:
        raise Problem("bad-request") from error
    return RedirectResponse(f"/deployments/{deployment}", SEE_OTHER)


async def _act(fields: Mapping[str, str], asking: Asking, world: World) -> None:
    match fields.get("action"):
        case "restart":
            await accept_restart(Restart(), asking, world)
        case "pause":
            await accept_pause(asking, world)
        case "resume":
            await accept_resume(Resume(), asking, world)
        case "cancel":
            await accept_cancel(asking, world)
        case "roll-back":
            await accept_roll_back(RollBack.model_validate({"revision": fields.get("revision")}), asking, world)
        case "scale":
            wish = DeploymentChange.model_validate({"replicas": fields.get("replicas")})
            await accept_change(wish, asking, world)
        case "upgrade":
            await accept_change(DeploymentChange.model_validate({"version": fields.get("version")}), asking, world)
        case _:
            raise Problem("bad-request")


async def _fields(request: Request) -> dict[str, str]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise Problem("body-too-large", limit=LARGEST_FORM)
    try:
        read = parse_qs(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Problem("bad-request") from error
    return {name: values[-1] for name, values in read.items()}
