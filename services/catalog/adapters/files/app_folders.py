"""Reads folders of apps: `<app>/app.yaml` and `<app>/versions/<version>.yaml`.

A broken folder hides no other: it comes back as problems that name the file, the field, what is wrong and what to do.
`watch.py` says when to read again; `domain/changes.py` says what a reading changes.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from services.catalog.adapters.files.app_folder import read_app
from services.catalog.adapters.files.fingerprint import Fingerprint, fingerprint_of
from services.catalog.domain.folder import AppFolder, Problem, Reading

FOLDER_LIMIT = 2_000
"""Most apps in one folder of apps."""

Memory = dict[Path, tuple[Fingerprint, AppFolder | list[Problem]]]


class AppFolders:
    """Folders of apps that are read time and again; what did not change on disk is not read again."""

    def __init__(self, roots: Iterable[Path]) -> None:
        """Remember the folders; nothing is read yet."""
        self.roots = tuple(roots)
        self._read: Memory = {}

    def read(self) -> Reading:
        """Every app in these folders. Where two folders have a name in common, the first one wins."""
        before, self._read = self._read, {}
        reading = Reading()
        for root in self.roots:
            reading = _joined(reading, self._read_root(root, before))
        return reading

    def _read_root(self, root: Path, before: Memory) -> Reading:
        try:
            names = sorted(entry.name for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("."))
        except OSError as error:
            what = f"this folder cannot be listed: {error.strerror}"
            return Reading(problems=(Problem(str(root), "", what, "Add it, or correct the setting."),), whole=False)
        apps: list[AppFolder] = []
        problems: list[Problem] = []
        for name in names[:FOLDER_LIMIT]:
            read = self._read_app(root / name, root, before)
            if isinstance(read, AppFolder):
                apps.append(read)
            else:
                problems += read
        reading = Reading(tuple(apps), tuple(problems), frozenset(names))
        return reading if len(names) <= FOLDER_LIMIT else _cut_off(reading, root)

    def _read_app(self, folder: Path, root: Path, before: Memory) -> AppFolder | list[Problem]:
        now = fingerprint_of(folder)
        known = before.get(folder)
        read = known[1] if known is not None and known[0] == now else read_app(folder, root)
        self._read[folder] = (now, read)
        return read


def read_apps(*roots: Path) -> Reading:
    """Every app in these folders of apps, read once."""
    return AppFolders(roots).read()


def _cut_off(reading: Reading, root: Path) -> Reading:
    more = Problem(str(root), "", f"only the first {FOLDER_LIMIT} apps are read", "Divide them over more folders.")
    return replace(reading, problems=(*reading.problems, more), whole=False)


def _joined(one: Reading, other: Reading) -> Reading:
    twice = [folder.name for folder in other.folders if folder.name in one.seen]
    problems = tuple(
        Problem(f"{name}/app.yaml", "name", "another folder of apps has this name", "Give this app a name of its own.")
        for name in twice
    )
    return Reading(
        folders=one.folders + tuple(folder for folder in other.folders if folder.name not in one.seen),
        problems=one.problems + other.problems + problems,
        seen=one.seen | other.seen,
        whole=one.whole and other.whole,
    )
