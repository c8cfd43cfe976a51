"""The pages' addresses on the gateway's public address, their problems as pages, and signing in by browser.

Before it: `parts`, which serves it beside the API. After it: `reading`, the views, and each page's `render`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from chassis.ledger import new_id
from contracts.identity.events import SignInRefusal
from services.gateway.api.application import FORESEEN, as_refusal
from services.gateway.api.problems import KINDS, Problem
from services.gateway.identity.provider import Provider
from services.gateway.identity.web_sign_in import WebSignIn, sign_in_routes
from services.gateway.ports import World
from services.gateway.web.actions import change_by_form
from services.gateway.web.assets import Assets, asset_routes, load_assets
from services.gateway.web.forms import read_query
from services.gateway.web.pages.app import page as app_page
from services.gateway.web.pages.apps import page as apps_page
from services.gateway.web.pages.deployment import page as deployment_page
from services.gateway.web.pages.problem import page as problem_page
from services.gateway.web.reading import read_app, read_catalog, read_deployment
from services.gateway.web.views.app import app_view
from services.gateway.web.views.apps import apps_view
from services.gateway.web.views.deployment import deployment_view
from services.gateway.web.views.frame import frame_of
from services.gateway.web.views.problem import explained_problem, met_problem
from services.gateway.web.visit import Visit, anonymous_visit, begin_visit

log = structlog.get_logger(__name__)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
READS = frozenset({"GET", "HEAD"})
SERVER_ERROR = 500
NOT_NOW = 503
METHOD_NOT_ALLOWED = 405
Page = Callable[[Visit], Awaitable[str]]


@dataclass(frozen=True)
class Site:
    """The pages of one gateway. Each takes a visit and returns HTML."""

    world: World
    assets: Assets

    async def apps(self, visit: Visit) -> str:
        """All apps, or those that hold every word of `q`."""
        texts, frame = visit.reader.texts, frame_of(visit.reader, self.assets.urls, "apps")
        query = read_query(visit.request.query_params.get("q"))
        view = apps_view(await read_catalog(self.world), query, self.world.clock.now(), frame, texts)
        return apps_page.render(view, texts)

    async def app(self, visit: Visit) -> str:
        """One app."""
        reader = visit.reader
        read = await read_app(visit.request.path_params["name"], reader, self.world)
        teams = {team.id: team.slug for team in reader.person.teams()} if reader.person else {}
        frame = frame_of(reader, self.assets.urls, "apps")
        return app_page.render(app_view(read, teams, self.world.clock.now(), frame, reader.texts), reader.texts)

    async def deployment(self, visit: Visit) -> str:
        """One deployment, for members of its team."""
        read = await read_deployment(visit.request.path_params["id"], visit.reader, self.world)
        view = deployment_view(read, self.world.clock.now(), frame_of(visit.reader, self.assets.urls))
        return deployment_page.render(view, visit.reader.texts)

    async def problem(self, visit: Visit) -> str:
        """What a problem's `type` leads to: what it means, whose turn it is, what to do now."""
        frame = frame_of(visit.reader, self.assets.urls)
        view = explained_problem(visit.request.path_params["code"], frame, visit.reader.texts)
        if view is None:
            raise Problem("no-such-address")
        return problem_page.render(view, visit.reader.texts)

    async def nothing(self, _visit: Visit) -> str:
        """Every other address."""
        raise Problem("no-such-address")

    def route(self, path: str, page: Page) -> Route:
        """An address that can be read; a deployment's takes the forms of its page too."""

        async def serve(request: Request) -> Response:
            visit = await begin_visit(request, self.world.identity)
            request.state.visit = visit
            if request.method == "POST" and page == self.deployment:
                return await change_by_form(request, self.world)
            if request.method not in READS and page != self.nothing:
                raise Problem("method-not-allowed")
            return visit.answer(await page(visit))

        return Route(path, serve, methods=METHODS)

    def failed(self, request: Request, error: Exception) -> Response:
        """The page for an error; what nobody foresaw gets a reference that stands in the log too."""
        problem = as_refusal(error)
        visit = getattr(request.state, "visit", None) or anonymous_visit(request, self.world.identity)
        status = KINDS[problem.code].status if problem.code in KINDS else SERVER_ERROR
        reference = new_id() if status == SERVER_ERROR else None
        if reference:
            log.error("a page could not be shown", reference=reference)
        headers = {METHOD_NOT_ALLOWED: {"Allow": "GET, HEAD"}, NOT_NOW: {"Retry-After": "2"}}.get(status, {})
        frame = frame_of(visit.reader, self.assets.urls)
        view = met_problem(problem.code, problem.params, frame, visit.reader.texts, reference)
        return visit.answer(problem_page.render(view, visit.reader.texts), status, **headers)

    def sign_in_refused(self, request: Request, reason: SignInRefusal) -> Response:
        """The page when signing in did not work out."""
        return self.failed(request, Problem("issuer-away" if reason is SignInRefusal.ISSUER_AWAY else "token-refused"))


def site_routes(world: World, provider: Provider) -> list[BaseRoute]:
    """Sign-in, assets and pages, as one application that answers its errors with pages."""
    site = Site(world, load_assets())
    secret = world.settings.web_client_secret_file
    routes: list[BaseRoute] = list(asset_routes(site.assets))
    if secret is not None:
        routes += sign_in_routes(WebSignIn(world.identity, provider, secret, site.sign_in_refused))
    routes += [
        site.route("/", site.apps),
        site.route("/apps/{name}", site.app),
        site.route("/deployments/{id}", site.deployment),
        site.route("/problems/{code}", site.problem),
        site.route("/{rest:path}", site.nothing),
    ]

    async def failed(request: Request, error: Exception) -> Response:
        return site.failed(request, error)

    app = Starlette(routes=routes, exception_handlers=dict.fromkeys((*FORESEEN, Exception), failed))
    app.router.redirect_slashes = False
    return [Mount("", app=app)]
