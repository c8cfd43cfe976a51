"""What folders of apps say, once read: the good ones, and what is wrong with the others.

`adapters/files` reads them; `domain/changes.py` compares them with what the catalog published before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from contracts.apps.events import Title
from contracts.apps.facts import Facts
from contracts.apps.spec import AppSpec
from contracts.identifiers import AppName, Code, VersionTag
from contracts.noun import Noun, Sentence, Text

VERSIONS_PER_APP = 50
"""Most versions one app may offer at a time."""


class OfferedVersion(Noun):
    """One version as its file gives it, with the app's facts where it has none of its own."""

    version: VersionTag
    released: date | None = None
    spec: AppSpec
    facts: Facts


class AppDescription(Noun):
    """What is said of an app itself."""

    name: AppName
    title: Title
    summary: Text
    categories: Annotated[tuple[Code, ...], Field(max_length=8)] = ()
    homepage: Sentence | None = None
    repository: Sentence | None = None
    maintainer: Sentence | None = None


class AppFolder(AppDescription):
    """One app as its folder gives it, whole."""

    versions: Annotated[tuple[OfferedVersion, ...], Field(max_length=VERSIONS_PER_APP)] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a folder out of the catalog: where, what, and what to do now."""

    file: str
    field: str
    what: str
    what_now: str

    def __str__(self) -> str:
        """One line for a log or a terminal."""
        place = f"{self.file}: {self.field}" if self.field else self.file
        return f"{place}: {self.what}. {self.what_now}"


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the folders. `seen` names every folder there is, broken ones too.

    `whole` is false when a folder of apps could not be listed to its end; then nothing may be concluded from absence.
    """

    folders: tuple[AppFolder, ...] = ()
    problems: tuple[Problem, ...] = ()
    seen: frozenset[str] = frozenset()
    whole: bool = True

    def gone(self, known: Iterable[str]) -> list[str]:
        """The known names whose folder is truly gone: a broken folder keeps what was published of it."""
        return sorted(set(known) - self.seen) if self.whole else []


def own_facts_over(facts: Facts, defaults: Facts) -> Facts:
    """A version's facts: its own where its file names them, the app's elsewhere. Naming one as null says unknown."""
    return defaults.model_copy(update={name: getattr(facts, name) for name in facts.model_fields_set})
