"""What has to be published so that readers of the log know what a folder says now.

Before it: `adapters/files` read the folders and the caller knows which app id belongs to which folder. After it: the
caller records what comes out. Nothing comes out when nothing changed, so a restart is silent.
"""

from contracts.apps.events import AppPublished, AppWithdrawn, VersionPublished, VersionWithdrawn
from contracts.identifiers import AppId
from contracts.payload import Payload
from services.catalog.domain.app import AppState
from services.catalog.domain.folder import AppDescription, AppFolder, OfferedVersion


def what_changed(folder: AppFolder | None, state: AppState | None, app_id: AppId) -> list[Payload]:
    """The events between what was published and what the folder says; `folder` is None when it is gone.

    The app comes before its versions, so that a reader never meets a version of an app it has not heard of. An app
    that returns is published with all its versions again: withdrawing it withdrew them too.
    """
    if folder is None:
        return _withdrawn(state, app_id)
    state = state or AppState(app=app_id)
    offered = {version.version for version in folder.versions}
    said: list[Payload] = []
    if (app := _app(folder, app_id)) != state.published:
        said.append(app)
    said += [
        VersionWithdrawn(app=app_id, version=version.version)
        for version in state.versions
        if version.version not in offered
    ]
    versions = [_version(version, app_id) for version in folder.versions]
    return said + [version for version in versions if version != state.version(version.version)]


def _withdrawn(state: AppState | None, app_id: AppId) -> list[Payload]:
    if state is None or state.published is None:
        return []
    return [AppWithdrawn(app=app_id, name=state.published.name)]


def _app(folder: AppFolder, app_id: AppId) -> AppPublished:
    return AppPublished(app=app_id, **{name: getattr(folder, name) for name in AppDescription.model_fields})


def _version(offered: OfferedVersion, app_id: AppId) -> VersionPublished:
    return VersionPublished(
        app=app_id,
        version=offered.version,
        released=offered.released,
        spec=offered.spec,
        facts=offered.facts,
    )
