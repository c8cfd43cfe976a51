"""Reads one app's folder: whole and right, or everything that is wrong with it.

Facts in `app.yaml` hold for every version that does not say otherwise. `app_folders.py` calls it for each folder.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import StringConstraints

from contracts.apps.facts import Facts
from contracts.apps.spec import AppSpec
from contracts.envelope import WIRE_LIMIT
from contracts.identifiers import VersionTag
from contracts.noun import Noun
from services.catalog.adapters.files.allowed import check
from services.catalog.adapters.files.strict_yaml import BadFile, inside, load_mapping
from services.catalog.domain.folder import (
    VERSIONS_PER_APP,
    AppDescription,
    AppFolder,
    OfferedVersion,
    Problem,
    own_facts_over,
)
from services.catalog.domain.references import broken_references
from services.catalog.domain.score import read_score
from services.catalog.domain.score_file import ScoreFile

ScoreName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,60}\.yaml$")]
EVENT_ROOM = WIRE_LIMIT - 8 * 1024
"""What a version may weigh in bytes, so that its event with all its headers stays under the limit of the wire."""


class _AppFile(AppDescription):
    """`app.yaml`: the app, and the facts that hold for every version."""

    facts: Facts = Facts()


class _VersionFile(Noun):
    """`versions/<version>.yaml`: what runs, and the facts in which it differs."""

    version: VersionTag
    released: date | None = None
    spec: AppSpec | None = None
    score: ScoreName | None = None
    """A Score file in the app's folder, in place of `spec`."""
    facts: Facts = Facts()


File = TypeVar("File", _AppFile, _VersionFile, ScoreFile)


def read_app(folder: Path, root: Path) -> AppFolder | list[Problem]:
    """The app in a folder of `root`, or everything that is wrong with it."""
    if not inside(folder, root):
        return [Problem(folder.name, "", "this link leads out of the folder of apps", "Put the folder itself here.")]
    app = _read_file(_AppFile, folder / "app.yaml", root)
    paths = _version_files(folder, root)
    problems = [problem for part in (app, paths) if isinstance(part, list) for problem in part]
    if isinstance(app, list) or isinstance(paths, list):
        return problems
    if app.name != folder.name:
        problems.append(_misnamed(folder / "app.yaml", root, "name", folder.name))
    versions: list[OfferedVersion] = []
    for path in paths:
        read = _read_version(path, root, app.facts)
        if isinstance(read, OfferedVersion):
            versions.append(read)
        else:
            problems += read
    described = {name: getattr(app, name) for name in AppDescription.model_fields}
    return problems or AppFolder(**described, versions=tuple(versions))


def _version_files(folder: Path, root: Path) -> tuple[Path, ...] | list[Problem]:
    """The files of versions, as a tuple; a list is what is wrong."""
    place = folder / "versions"
    paths: list[Path] = []
    if inside(place, root) and place.is_dir():
        paths = sorted(path for path in place.iterdir() if path.suffix == ".yaml" and not path.name.startswith("."))
    if not paths:
        what_now = "Add a file such as versions/1.0.0.yaml."
        return [Problem(_shown(place, root), "", "this app has no versions", what_now)]
    if len(paths) > VERSIONS_PER_APP:
        what = f"there are more than {VERSIONS_PER_APP} versions"
        return [Problem(_shown(place, root), "", what, "Take out the oldest ones.")]
    return tuple(paths)


def _read_version(path: Path, root: Path, defaults: Facts) -> OfferedVersion | list[Problem]:
    read = _read_file(_VersionFile, path, root)
    if isinstance(read, list):
        return read
    if read.version != path.stem:
        return [_misnamed(path, root, "version", path.stem)]
    file = _shown(path, root)
    spec = _described(read, path, root)
    if isinstance(spec, list):
        return spec
    facts = own_facts_over(read.facts, defaults)
    offered = OfferedVersion(version=read.version, released=read.released, spec=spec, facts=facts)
    if len(offered.model_dump_json().encode()) > EVENT_ROOM:
        return [Problem(file, "", f"with its facts this is larger than {EVENT_ROOM // 1024} KB", "Shorten it.")]
    return offered


def _described(read: _VersionFile, path: Path, root: Path) -> AppSpec | list[Problem]:
    """What runs, by the version's own file or by the Score file it names."""
    file = _shown(path, root)
    if read.spec is not None and read.score is None:
        faults = broken_references(read.spec)
        return [Problem(file, field, what, "Correct the name.") for field, what in faults] or read.spec
    if read.score is None or read.spec is not None:
        return [Problem(file, "spec", "a version has either spec or score", "Say what runs, once.")]
    place = path.parents[1] / read.score
    score = _read_file(ScoreFile, place, root)
    if isinstance(score, list):
        return score
    spec = read_score(score)
    if isinstance(spec, AppSpec):
        faults = broken_references(spec)
        return [Problem(_shown(place, root), field, what, "Correct the name.") for field, what in faults] or spec
    return [Problem(_shown(place, root), field, what, "Correct it, or use spec instead.") for field, what in spec]


def _read_file(kind: type[File], path: Path, root: Path) -> File | list[Problem]:
    file = _shown(path, root)
    try:
        return check(kind, load_mapping(path, root), file)
    except BadFile as bad:
        return [Problem(file, "", bad.what, bad.what_now)]


def _misnamed(path: Path, root: Path, field: str, expected: str) -> Problem:
    what = f"this has to be {expected}, as the folder or file is called"
    return Problem(_shown(path, root), field, what, "Make them equal.")


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root))
