"""Apps: the list with a filter on words, one app with its versions, and the scorecard of a version."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from contracts.apps.parameter import schema_of_parameters
from contracts.apps.spec import AppSpec
from services.gateway.api.asking import Anybody, TextsOf, WorldOf, anywhere
from services.gateway.api.problems import Problem
from services.gateway.api.scorecard import Scorecard, ScoreShown, score_of, scorecard_of
from services.gateway.api.shapes import Shown
from services.gateway.identity.permissions import Permission
from services.gateway.locales.texts import Texts
from services.gateway.readmodels.store import ReadModels

router = APIRouter(tags=["apps"])
Document = dict[str, Any]


class RunsOn(Shown):
    """What all containers of a version ask together, as written in the catalog."""

    cpu: list[str]
    memory: list[str]
    gpu: int


class UsedBy(Shown):
    """How many teams run it now."""

    teams: int


class VersionShown(Shown):
    """One version in an app's list."""

    version: str
    released: str | None = None
    published_at: str
    withdrawn: bool
    score: ScoreShown | None = None


class AppCard(Shown):
    """An app as a row of the list."""

    id: str
    name: str
    title: str
    summary: str
    categories: list[str]
    version: str | None
    score: ScoreShown | None
    criteria: dict[str, str]
    gates: str
    licence: str | None
    runs_on: RunsOn | None
    used_by: UsedBy


class AppList(Shown):
    """Apps; `next` is None because the whole list fits in one answer."""

    items: list[AppCard]
    next: str | None = None


class AppShown(AppCard):
    """An app whole."""

    homepage: str | None
    repository: str | None
    maintainer: str | None
    withdrawn: bool
    versions: list[VersionShown]
    scorecard: Scorecard | None
    facts: dict[str, Any]
    spec: dict[str, Any] | None
    parameters: Annotated[
        dict[str, Any] | None, Field(description="JSON Schema of what can be chosen, each by what its text means")
    ]
    deploy_command: str


@router.get("/apps", operation_id="listApps", summary="Apps in the catalog")
async def list_apps(
    world: WorldOf,
    person: Anybody,
    texts: TextsOf,
    q: Annotated[str, Query(max_length=200)] = "",
) -> AppList:
    """Every app whose name, title or summary holds all words of `q`."""
    anywhere(person, Permission.READ_CATALOG)
    verdicts, running = await world.models.verdicts(), await world.models.teams_running()
    apps = [app for app in await world.models.apps() if "name" in app and matches(app, q)]
    return AppList(items=[card_of(app, verdicts, running.get(app["id"], 0), texts) for app in apps])


@router.get("/apps/{name}", operation_id="getApp", summary="An app with its versions and scorecard")
async def get_app(name: str, world: WorldOf, person: Anybody, texts: TextsOf) -> AppShown:
    """One app by its name."""
    anywhere(person, Permission.READ_CATALOG)
    app = await find_app(name, world.models)
    verdicts = {
        subject: found for subject, found in (await world.models.verdicts()).items() if found["app"] == app["id"]
    }
    running = len({one.get("team") for one in await world.models.running(app["id"])})
    newest = newest_version(app)
    card = card_of(app, verdicts, running, texts)
    verdict = verdicts.get(f"{app['id']}:{newest['version']}") if newest else None
    versions = [
        VersionShown(
            version=v["version"],
            released=v.get("released"),
            published_at=v["publishedAt"],
            withdrawn=v["withdrawn"],
            score=score_of(verdicts.get(f"{app['id']}:{v['version']}")),
        )
        for v in app["versions"]
    ]
    return AppShown(
        **card.model_dump(by_alias=False),
        homepage=app.get("homepage"),
        repository=app.get("repository"),
        maintainer=app.get("maintainer"),
        withdrawn=app["withdrawn"],
        versions=versions,
        scorecard=scorecard_of(verdict, await world.models.rules(), texts) if verdict else None,
        facts=newest["facts"] if newest else {},
        spec=newest["spec"] if newest else None,
        parameters=schema_of_parameters(AppSpec.model_validate(newest["spec"]).parameters) if newest else None,
        deploy_command=f"appstore deploy {name} --environment test",
    )


@router.get(
    "/apps/{name}/versions/{version}/scorecard", operation_id="getScorecard", summary="Every verdict about a version"
)
async def get_scorecard(name: str, version: str, world: WorldOf, person: Anybody, texts: TextsOf) -> Scorecard:
    """The newest verdict about one version, rule by rule."""
    anywhere(person, Permission.READ_CATALOG)
    app = await find_app(name, world.models)
    find_version(app, version)
    verdict = await world.models.verdict(f"{app['id']}:{version}")
    if verdict is None:
        raise Problem("not-now", what="scorecard")
    return scorecard_of(verdict, await world.models.rules(), texts)


async def find_app(name: str, models: ReadModels) -> Document:
    """The app with this name. Raises the problem unknown-app."""
    app = await models.app(name)
    if app is None or "title" not in app:
        raise Problem("unknown-app", app=name)
    return app


def newest_version(app: Document) -> Document | None:
    """The newest version that is not withdrawn."""
    return next((version for version in app["versions"] if not version["withdrawn"]), None)


def find_version(app: Document, version: str | None) -> Document:
    """The version asked for, else the newest. Raises the problem unknown-version."""
    if version is None:
        found = newest_version(app)
    else:
        found = next((v for v in app["versions"] if v["version"] == version and not v["withdrawn"]), None)
    if found is None:
        known = ", ".join(v["version"] for v in app["versions"] if not v["withdrawn"])
        raise Problem("unknown-version", app=app["name"], version=version or "-", known=known or "-")
    return found


def matches(app: Document, words: str) -> bool:
    """Whether every word stands in the app's name, title or summary, in either language."""
    text = " ".join((app["name"], app["title"], *app["summary"].values())).casefold()
    return all(word in text for word in words.casefold().split())


def card_of(app: Document, verdicts: dict[str, Document], teams: int, texts: Texts) -> AppCard:
    """An app as a row."""
    newest = newest_version(app)
    verdict = verdicts.get(f"{app['id']}:{newest['version']}") if newest else None
    licence = (newest or {}).get("facts", {}).get("licenceCode") or {}
    return AppCard(
        id=app["id"],
        name=app["name"],
        title=app["title"],
        summary=app["summary"][texts.language],
        categories=app["categories"],
        version=newest["version"] if newest else None,
        score=score_of(verdict),
        criteria=verdict["criteria"] if verdict else {},
        gates=verdict["gates"] if verdict else "unknown",
        licence=licence.get("value"),
        runs_on=runs_on(newest["spec"]) if newest else None,
        used_by=UsedBy(teams=teams),
    )


def runs_on(spec: Document) -> RunsOn:
    """What the containers of a version ask."""
    resources = [container["resources"] for container in spec["containers"]]
    return RunsOn(
        cpu=[r["cpu"] for r in resources],
        memory=[r["memory"] for r in resources],
        gpu=sum(r.get("gpu") or 0 for r in resources),
    )
