"""Apps as the catalog shows them: a card in a list, and one app with all that is known."""

from datetime import datetime
from typing import Any

from pydantic import Field

from appstore_client.models.base import ApiModel
from appstore_client.models.scorecard import Score, Scorecard


class AppCard(ApiModel):
    """One app in a list."""

    id: str
    name: str
    title: str
    summary: str = ""
    categories: tuple[str, ...] = ()
    version: str | None = None
    score: Score | None = None
    criteria: dict[str, str] = Field(default_factory=dict)
    gates: str = "unknown"
    licence: str | None = None
    runs_on: dict[str, Any] | None = None
    used_by: dict[str, Any] | None = None


class AppVersion(ApiModel):
    """One version of an app."""

    version: str
    released: str | None = None
    published_at: datetime | None = None
    score: Score | None = None
    withdrawn: bool = False


class App(AppCard):
    """One app with its versions, facts and verdicts."""

    homepage: str | None = None
    repository: str | None = None
    maintainer: Any = None
    withdrawn: bool = False
    versions: tuple[AppVersion, ...] = ()
    scorecard: Scorecard | None = None
    facts: dict[str, Any] | None = None
    spec: dict[str, Any] | None = None
    deploy_command: str | None = None
