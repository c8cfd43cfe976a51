"""Reads what each page shows: the documents of one page, and nothing that its reader may not see.

Before it: `site`. After it: the views, which are pure.
"""

from contracts import topics
from services.gateway.api.apps import find_app, newest_version
from services.gateway.api.deployments import find_deployment
from services.gateway.api.operations import objection_shown
from services.gateway.api.problems import Problem
from services.gateway.api.reviews import shown_review
from services.gateway.identity.permissions import Allowed, Permission, may
from services.gateway.ports import World
from services.gateway.readmodels.deployment import newest_wish, status_of
from services.gateway.web.views.app import AppRead
from services.gateway.web.views.apps import Catalog
from services.gateway.web.views.deployment import DeploymentRead
from services.gateway.web.views.frame import Reader
from services.gateway.web.views.reviews import MOST_SHOWN
from services.gateway.web.views.states import final_of, request_of


async def read_catalog(world: World) -> Catalog:
    """Every app, verdict and count of teams."""
    models = world.models
    return Catalog(await models.apps(), await models.verdicts(), await models.teams_running())


async def read_app(name: str, reader: Reader, world: World) -> AppRead:
    """One app, with the deployments of the reader's own teams. Raises the problem unknown-app."""
    models = world.models
    app = await find_app(name, models)
    newest = newest_version(app)
    reviews = await models.reviews(app["id"])
    teams = [team.id for team in reader.person.teams()] if reader.person else []
    return AppRead(
        app=app,
        verdict=await models.verdict(f"{app['id']}:{newest['version']}") if newest else None,
        rules=await models.rules(),
        running=await models.running(app["id"]),
        mine=await models.deployments(teams) if teams else [],
        reviews=[await shown_review(found, world, reader.texts) for found in reviews[:MOST_SHOWN]],
        ratings=[found["rating"] for found in reviews],
    )


async def read_deployment(deployment: str, reader: Reader, world: World) -> DeploymentRead:
    """One deployment of a team of the reader's.

    Raises the problems not-signed-in, unknown-deployment, other-team and not-allowed.
    """
    if reader.person is None:
        raise Problem("not-signed-in")
    models = world.models
    found, team = await find_deployment(deployment, reader.person, Permission.READ_DEPLOYMENTS, world)
    entries, asked = await models.timeline(deployment), found["asked"]
    decision = found["decisions"].get(str(newest_wish(found)), {})
    names_of_clusters = {one["cluster"]: one["name"] for one in await models.clusters()}
    actors = [entry["actor"] for entry in entries]
    place, generation = (topics.DEPLOYMENT_REQUESTS.name, deployment), newest_wish(found)
    begun = status_of(found, generation) != "accepted"
    held = final_of(found) is None and await models.is_held(
        request_of(found)["operation"], place, generation, begun=begun
    )
    return DeploymentRead(
        found=found,
        entries=entries,
        names=await world.names.of_all([*actors, request_of(found).get("actor")]),
        objections=[await objection_shown(one, world, reader.texts) for one in decision.get("objections", [])],
        warnings=[await objection_shown(one, world, reader.texts) for one in decision.get("warnings", [])],
        app=await models.app_by_id(asked["app"]),
        verdict=await models.verdict(f"{asked['app']}:{asked['version']}"),
        cluster=names_of_clusters.get(found["environment"]["cluster"], found["environment"]["cluster"]),
        held=held,
        team=team.slug,
        may_change=isinstance(may(reader.person, Permission.DEPLOY, team.id), Allowed),
    )
