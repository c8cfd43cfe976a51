"""An app with its versions, from the catalog's events. The app list and the app page read it."""

from typing import Any

from chassis.motions import Project
from contracts import topics
from contracts.apps.events import AppPublished, AppWithdrawn, VersionPublished, VersionWithdrawn
from contracts.envelope import Event
from contracts.noun import write_time

Document = dict[str, Any]


def document(event: Event[Any]) -> str:
    """One document an app."""
    return str(event.data.app)


def apply(before: Document | None, event: Event[Any]) -> Document:
    """Fold one event of the catalog."""
    app = before or {"id": event.data.app, "versions": [], "withdrawn": True}
    data, at = event.data, write_time(event.context.time)
    if isinstance(data, AppPublished):
        published = app.get("publishedAt", at)
        return {
            **app,
            **data.model_dump(mode="json", exclude={"app"}),
            "withdrawn": False,
            "publishedAt": published,
            "changedAt": at,
        }
    if isinstance(data, AppWithdrawn):
        return {**app, "withdrawn": True, "changedAt": at}
    if isinstance(data, VersionPublished):
        known = next((v for v in app["versions"] if v["version"] == data.version), {"publishedAt": at})
        version = {
            **data.model_dump(mode="json", exclude={"app"}),
            "publishedAt": known["publishedAt"],
            "changedAt": at,
            "withdrawn": False,
        }
        return {**app, "versions": _with(app["versions"], version)}
    if isinstance(data, VersionWithdrawn):
        gone = [{**v, "withdrawn": True} for v in app["versions"] if v["version"] == data.version]
        return {**app, "versions": _with(app["versions"], *gone)}
    return app


def _with(versions: list[Document], *changed: Document) -> list[Document]:
    names = {version["version"] for version in changed}
    others = [version for version in versions if version["version"] not in names]
    return sorted([*others, *changed], key=lambda version: (version["publishedAt"], version["version"]), reverse=True)


APPS = Project("apps", 1, (topics.APPS,), document, apply, indexes=(("name",),))
