"""The apps page from the app, verdict and deployment read models: which apps match, most trusted first.

Before it: `site`. After it: `pages/apps/page.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.gateway.api.apps import matches, newest_version
from services.gateway.locales.texts import Texts
from services.gateway.web.components.app_row.app_row import AppRow, Needs
from services.gateway.web.components.shortage.shortage import read_quantity
from services.gateway.web.layout.frame import Frame
from services.gateway.web.pages.apps.page import FOLLOWED, AppsView
from services.gateway.web.views.live import live
from services.gateway.web.views.score import score_of

Document = dict[str, Any]
NEW_FOR = timedelta(days=7)
MOST_MARKED = 3
"""Markers on one screen at most (visual specification, "The marker pen"): more of them mark nothing."""


@dataclass(frozen=True)
class Catalog:
    """What the list is made of: apps, verdicts by `<app id>:<version>`, and how many teams run each app."""

    apps: Sequence[Document]
    verdicts: Mapping[str, Document]
    teams: Mapping[str, int]


def apps_view(catalog: Catalog, query: str, now: datetime, frame: Frame, texts: Texts) -> AppsView:
    """The apps whose name, title or summary holds every word of the query."""
    known = [app for app in catalog.apps if "title" in app]
    rows = [app_row(app, catalog, now, texts) for app in known if matches(app, query)]
    return AppsView(
        frame=frame,
        apps=_few_markers(sorted(rows, key=_most_trusted_first)),
        total=len(known),
        query=query,
        live=live(FOLLOWED),
    )


def app_row(app: Document, catalog: Catalog, now: datetime, texts: Texts) -> AppRow:
    """One app; what its newest version does not say is unknown."""
    newest = newest_version(app)
    facts = newest["facts"] if newest else {}
    return AppRow(
        title=app["title"],
        href=f"/apps/{app['name']}",
        sentence=app["summary"][texts.language],
        score=score_of(catalog.verdicts.get(f"{app['id']}:{newest['version']}") if newest else None),
        version=newest["version"] if newest else None,
        licence=(facts.get("licenceCode") or {}).get("value"),
        needs=needs_of(newest["spec"]) if newest else Needs(),
        teams=catalog.teams.get(app["id"], 0),
        is_new=now - datetime.fromisoformat(app["publishedAt"]) < NEW_FOR,
    )


def needs_of(spec: Document) -> Needs:
    """What all containers of one pod ask together."""
    asked = [container["resources"] for container in spec["containers"]]
    cores = [read_quantity(one["cpu"]) or 0 for one in asked]
    memory = [read_quantity(one["memory"]) or 0 for one in asked]
    return Needs(any(one.get("gpu") for one in asked), int(sum(cores) * 1000), int(sum(memory)))


def _most_trusted_first(row: AppRow) -> tuple[int, int, str]:
    return -(row.score.points or 0), -row.score.known, row.title.casefold()


def _few_markers(rows: list[AppRow]) -> tuple[AppRow, ...]:
    if sum(row.is_new for row in rows) <= MOST_MARKED:
        return tuple(rows)
    return tuple(replace(row, is_new=False) for row in rows)
