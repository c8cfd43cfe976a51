"""Everything on the public address: how clients find their way in, the API, signing in, and the pages."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from services.gateway.api.application import BASE, api
from services.gateway.api.body_limit import BodyLimit
from services.gateway.identity.provider import Provider
from services.gateway.ports import World
from services.gateway.web.site import site_routes


def public_address(world: World, provider: Provider) -> BodyLimit:
    """The ASGI application that `parts` serves."""

    async def discovery(_: Request) -> Response:
        return JSONResponse({"issuer": world.settings.issuer, "clientId": "appstore-cli", "api": BASE})

    routes = [
        Route("/.well-known/appstore", discovery, methods=["GET"]),
        Mount(BASE, api(world)),
        *site_routes(world, provider),
    ]
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False
    app.state.world = world
    app.state.identity = world.identity
    return BodyLimit(app, world.settings.body_limit)
