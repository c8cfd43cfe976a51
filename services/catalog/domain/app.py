"""One app as the catalog published it: the fold of its events on `catalog.apps`.

`evolve` is kept by the chassis for each app; `domain/changes.py` compares the result with a folder.
"""

from typing import Any

from contracts.apps.events import AppPublished, AppWithdrawn, VersionPublished, VersionWithdrawn
from contracts.envelope import Event
from contracts.identifiers import AppId
from contracts.noun import Noun


class AppState(Noun):
    """What readers of the log believe of one app now. `published` is None while it is withdrawn.

    Versions stand in a list sorted by tag: a tag has dots, and documents keep no dots in the names of fields.
    """

    app: AppId
    name: str | None = None
    published: AppPublished | None = None
    versions: tuple[VersionPublished, ...] = ()

    @property
    def offered(self) -> bool:
        """Whether something new may be deployed from it."""
        return self.published is not None

    def version(self, tag: str) -> VersionPublished | None:
        """What was last published of one version, None when it is not offered."""
        return next((version for version in self.versions if version.version == tag), None)


def evolve(state: AppState | None, event: Event[Any]) -> AppState:
    """The state after one event of this app."""
    said = event.data
    state = state or AppState(app=said.app)
    match said:
        case AppPublished():
            return state.model_copy(update={"name": said.name, "published": said})
        case AppWithdrawn():
            return state.model_copy(update={"name": said.name, "published": None, "versions": ()})
        case VersionPublished():
            others = _without(state, said.version)
            return state.model_copy(update={"versions": tuple(sorted((*others, said), key=_tag))})
        case VersionWithdrawn():
            return state.model_copy(update={"versions": _without(state, said.version)})
        case _:
            return state


def _without(state: AppState, tag: str) -> tuple[VersionPublished, ...]:
    return tuple(version for version in state.versions if version.version != tag)


def _tag(version: VersionPublished) -> str:
    return version.version
