"""The pages' routes on the gateway's public address, and signing in by browser."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from contracts.identity.events import SignInRefusal
from services.gateway.api.problems import Problem, problem_response
from services.gateway.identity.provider import Provider
from services.gateway.identity.web_sign_in import WebSignIn, sign_in_routes
from services.gateway.ports import World
from services.gateway.web.assets import asset_routes, load_assets


def site_routes(world: World, provider: Provider) -> list[BaseRoute]:
    """Sign-in, assets and pages."""

    def refused(request: Request, reason: SignInRefusal) -> Response:
        return problem_response(
            request, Problem("issuer-away" if reason is SignInRefusal.ISSUER_AWAY else "token-refused")
        )

    secret = world.settings.web_client_secret_file
    routes: list[BaseRoute] = list(asset_routes(load_assets()))
    if secret is not None:
        routes += sign_in_routes(WebSignIn(world.identity, provider, secret, refused))
    return routes
