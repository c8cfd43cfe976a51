"""One deployment as a file declares it, and what is wrong with a file, each with its place.

Before it: `form`, which reads one. After it: `plan`, which compares it with what is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

API_VERSION, KIND = "appstore.nl/v1", "Deployment"


class Place(NamedTuple):
    """A line of a file; line 0 is the file as a whole."""

    file: str
    line: int = 0


@dataclass(frozen=True)
class Mistake:
    """What is wrong at a place: the field (empty for the whole), a code, and the values of its sentence."""

    place: Place
    field_name: str
    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class SecretSource:
    """Where a secret's value is read when it has to be given: an environment variable or a file, never the value."""

    place: Place
    variable: str | None = None
    file: str | None = None


class Key(NamedTuple):
    """What tells one deployment of a team from another."""

    team: str
    environment: str
    name: str


@dataclass(frozen=True)
class Declared:
    """What a deployment shall be, whole; `team` is empty until it is known whose it is."""

    place: Place
    name: str
    app: str
    version: str
    environment: str
    team: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, SecretSource] = field(default_factory=dict)
    replicas: int | None = None
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where each field stands, by its name in the API (`parameters.workers`)."""

    @property
    def key(self) -> Key:
        """Which deployment it is about."""
        return Key(self.team, self.environment, self.name)

    def place_of(self, name: str) -> Place:
        """Where a field of the API stands, or the nearest thing around it."""
        while name and name not in self.places:
            name = name.rpartition(".")[0]
        return self.places.get(name, self.place)
