"""The app page: what it is, whether it may be trusted and why, the command that deploys it, who uses it, its facts.

Before it: the apps page. After it: a deployment, by the command it shows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.gateway.locales.texts import Texts
from services.gateway.web.components.criteria_mark.score import Score
from services.gateway.web.components.criterion_row.criterion import CriterionVerdict
from services.gateway.web.components.timeline.timeline import Gap, TimelineRow, gap_between
from services.gateway.web.components.who_says_so.source import UNKNOWN, Source
from services.gateway.web.layout.frame import Frame, Live
from services.gateway.web.pages.app.reviews import NO_REVIEWS, Reviews
from services.gateway.web.pages.deployment.view import State
from services.gateway.web.templates import render_page

FactName = Literal[
    "image",
    "port",
    "resources",
    "licence-code",
    "licence-weights",
    "licence-data",
    "image-public",
    "external-endpoints",
    "telemetry",
    "licence-server",
    "model-source",
    "data-location",
    "repository",
    "maker",
]


@dataclass(frozen=True)
class TechnicalFact:
    """One fact of a version; a value of None is unknown."""

    name: FactName
    value: str | None
    source: Source = UNKNOWN
    is_code: bool = False
    """Whether the value is an id or address, shown in monospace."""
    href: str | None = None


@dataclass(frozen=True)
class AppVersion:
    """One published version."""

    version: str
    published: datetime
    teams: int = 0
    withdrawn: bool = False
    my_environments: tuple[str, ...] = ()
    """Where the reader's teams run it now."""


@dataclass(frozen=True)
class MyDeployment:
    """A deployment of the reader's team, and the way to its page."""

    href: str
    name: str
    team: str
    environment: str
    state: State


@dataclass(frozen=True)
class AppView:
    """What the app page shows; sentences are in the reader's language already."""

    frame: Frame
    name: str
    """As the command line spells it."""
    title: str
    sentence: str
    score: Score
    criteria: tuple[CriterionVerdict, ...]
    """The five in their order; then, when there are rules outside them, one named "other"."""
    versions: tuple[AppVersion, ...]
    """Newest first."""
    facts: tuple[TechnicalFact, ...]
    now: datetime
    reviews: Reviews = NO_REVIEWS
    teams: int = 0
    mine: tuple[MyDeployment, ...] = ()
    """What the reader's teams asked for, newest first, without what was removed."""
    withdrawn: bool = False
    """Whether the app left the catalog: what runs goes on, nothing new is deployed from it."""
    apps_url: str = "/"
    live: Live | None = None

    @property
    def command(self) -> str:
        """What deploys this app; its name is a catalog name, so it needs no quoting."""
        return f"appstore deploy {self.name} --environment test"

    @property
    def review_command(self) -> str:
        """What places a review."""
        return f"appstore review {self.name} --rating 4 --text '…'"


def render(view: AppView, texts: Texts) -> str:
    """The page as HTML."""
    return render_page(
        "pages/app/page.html",
        texts,
        view=view,
        frame=view.frame,
        live=view.live,
        versions=_version_rows(view, texts),
    )


def _version_rows(view: AppView, texts: Texts) -> list[TimelineRow]:
    versions = view.versions
    whole = versions[0].published - versions[-1].published if versions else None
    rows = []
    for number, version in enumerate(versions):
        older = versions[number + 1] if number + 1 < len(versions) else None
        gap = gap_between(older.published, version.published, whole, texts) if older and whole else Gap()
        rows.append(
            TimelineRow(
                key=version.version,
                node="attention" if version.withdrawn else "done",
                sentence=_version_sentence(version, texts),
                time=texts.short_day(version.published),
                at=version.published,
                gap=gap,
            ),
        )
    return rows


def _version_sentence(version: AppVersion, texts: Texts) -> str:
    if version.withdrawn:
        return texts.markup("app.version_withdrawn", version=version.version)
    if not version.teams:
        return texts.markup("app.version_unused", version=version.version)
    if version.my_environments:
        places = ", ".join(texts.named("environment", place) for place in version.my_environments)
        return texts.markup("app.version_mine", version=version.version, count=version.teams, environments=places)
    return texts.markup("app.version_used", version=version.version, count=version.teams)
