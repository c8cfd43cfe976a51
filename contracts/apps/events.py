"""What the catalog tells: an app and its versions, each time whole, so that a reader needs no earlier event."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts import topics
from contracts.apps.facts import Facts
from contracts.apps.spec import AppSpec
from contracts.identifiers import AppId, AppName, Code, VersionTag
from contracts.noun import Sentence, Text
from contracts.payload import Payload

Title = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]


class AppEvent(Payload, family=True):
    """An event about one app."""

    topic = topics.APPS
    data_class = "public"

    app: AppId


class AppPublished(AppEvent):
    """An app stands in the catalog, or something about it changed."""

    name: AppName
    title: Title
    summary: Text
    categories: Annotated[tuple[Code, ...], Field(max_length=8)] = ()
    homepage: Sentence | None = None
    repository: Sentence | None = None
    maintainer: Sentence | None = None


class AppWithdrawn(AppEvent):
    """An app left the catalog. What runs goes on running; nothing new is deployed from it."""

    name: AppName


class VersionPublished(AppEvent):
    """A version can be evaluated and deployed, or what is known about it changed."""

    version: VersionTag
    released: date | None = None
    spec: AppSpec
    facts: Facts


class VersionWithdrawn(AppEvent):
    """A version left the catalog."""

    version: VersionTag
