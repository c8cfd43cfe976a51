"""The apps page: every app as a row that can be compared, filtered on the words of its name and sentence.

Before it: `/?q=words`, and the gateway's app cards. After it: the app page.
"""

from dataclasses import dataclass

from services.gateway.locales.texts import Texts
from services.gateway.web.components.app_row.app_row import AppRow
from services.gateway.web.forms import query_words
from services.gateway.web.layout.frame import Frame, Live
from services.gateway.web.templates import render_page

APPS_PATH = "/"
# The events after which the list, and an app's page, may be different.
FOLLOWED = (
    "AppPublished",
    "AppWithdrawn",
    "VersionPublished",
    "VersionWithdrawn",
    "ComplianceScored",
    "DeploymentSucceeded",
    "DeploymentRemoved",
    "ReviewPublished",
)


@dataclass(frozen=True)
class AppsView:
    """What the apps page shows."""

    frame: Frame
    apps: tuple[AppRow, ...]
    """The apps that match, most trusted first."""
    total: int
    """How many apps there are without the filter."""
    query: str = ""
    """What somebody searches for (`forms.read_query`)."""
    live: Live | None = None


@dataclass(frozen=True)
class RemoveFilter:
    """The way to see more again."""

    href: str
    words: str


def render(view: AppsView, texts: Texts) -> str:
    """The page as HTML."""
    return render_page(
        "pages/apps/page.html",
        texts,
        view=view,
        frame=view.frame,
        live=view.live,
        path=APPS_PATH,
        words=query_words(view.query),
        remove=RemoveFilter(APPS_PATH, texts("apps.remove_word")) if view.query else None,
    )
