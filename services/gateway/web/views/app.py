"""The app page from the app, verdict, rule, deployment and review read models.

Before it: `site`. After it: `pages/app/page.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contracts.apps.facts import Facts
from contracts.apps.spec import AppSpec
from services.gateway.api.apps import newest_version
from services.gateway.api.reviews import ReviewShown
from services.gateway.api.scorecard import scorecard_of
from services.gateway.locales.texts import Texts
from services.gateway.web.components.who_says_so.source import Source
from services.gateway.web.layout.frame import Frame
from services.gateway.web.pages.app.facts import technical_facts
from services.gateway.web.pages.app.page import AppVersion, AppView, MyDeployment, TechnicalFact
from services.gateway.web.pages.app.verdicts import criteria_of
from services.gateway.web.pages.apps.page import FOLLOWED
from services.gateway.web.views.live import live
from services.gateway.web.views.reviews import reviews_of
from services.gateway.web.views.score import score_of
from services.gateway.web.views.states import running_version, state_of

Document = dict[str, Any]
MOST_DEPLOYMENTS = 10


@dataclass(frozen=True)
class AppRead:
    """What was read about one app."""

    app: Document
    verdict: Document | None
    """About the newest version; None while compliance did not score it."""
    rules: dict[str, Document]
    running: Sequence[Document]
    """Every healthy deployment of the app, whosever it is."""
    mine: Sequence[Document]
    """Deployments of the reader's teams, newest first."""
    reviews: Sequence[ReviewShown]
    """The newest ones."""
    ratings: Sequence[int]
    """Of every review."""


def app_view(read: AppRead, teams: Mapping[str, str], now: datetime, frame: Frame, texts: Texts) -> AppView:
    """The app as it stands; `teams` are the reader's: slug by id."""
    app = read.app
    # What was heard of the deployer before the gateway's own request says not yet whose it is.
    running = [one for one in read.running if "team" in one]
    return AppView(
        frame=frame,
        name=app["name"],
        title=app["title"],
        sentence=app["summary"][texts.language],
        score=score_of(read.verdict),
        criteria=criteria_of(scorecard_of(read.verdict, read.rules, texts) if read.verdict else None),
        versions=_versions(app, running, teams),
        facts=_facts(app, texts),
        now=now,
        reviews=reviews_of(read.reviews, read.ratings),
        teams=len({one["team"] for one in running}),
        mine=_mine(read.mine, app["id"], teams),
        withdrawn=app["withdrawn"],
        live=live(FOLLOWED, app=app["name"]),
    )


def _facts(app: Document, texts: Texts) -> tuple[TechnicalFact, ...]:
    """What the newest version asks and does, then whose it is; a fact that nobody said is shown as unknown."""
    newest = newest_version(app)
    of_version: tuple[TechnicalFact, ...] = ()
    if newest is not None:
        spec, facts = AppSpec.model_validate(newest["spec"]), Facts.model_validate(newest["facts"])
        of_version = technical_facts(spec, facts, texts)
    repository, maker = app.get("repository"), app.get("maintainer")
    catalog = Source("catalog")
    return (
        *of_version,
        TechnicalFact("repository", repository.removeprefix("https://"), catalog, href=repository)
        if repository
        else TechnicalFact("repository", None),
        TechnicalFact("maker", maker, catalog) if maker else TechnicalFact("maker", None),
    )


def _versions(app: Document, running: Sequence[Document], teams: Mapping[str, str]) -> tuple[AppVersion, ...]:
    shown = [
        _version(one, [it for it in running if running_version(it) == one["version"]], teams) for one in app["versions"]
    ]
    return tuple(sorted(shown, key=lambda version: version.published, reverse=True))


def _version(version: Document, running: Sequence[Document], teams: Mapping[str, str]) -> AppVersion:
    mine = {one["environment"]["name"] for one in running if one["team"] in teams}
    return AppVersion(
        version=version["version"],
        published=_released(version),
        teams=len({one["team"] for one in running}),
        withdrawn=version["withdrawn"],
        my_environments=tuple(sorted(mine)),
    )


def _released(version: Document) -> datetime:
    """The day its maker released it, else when it came into the catalog."""
    moment = datetime.fromisoformat(version.get("released") or version["publishedAt"])
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _mine(found: Sequence[Document], app: str, teams: Mapping[str, str]) -> tuple[MyDeployment, ...]:
    shown = []
    for one in found:
        if one.get("asked", {}).get("app") != app:
            continue
        state = state_of(one)
        if state != "removed":
            place = one["environment"]["name"]
            shown.append(
                MyDeployment(f"/deployments/{one['_id']}", one["asked"]["name"], teams[one["team"]], place, state)
            )
    return tuple(shown[:MOST_DEPLOYMENTS])
