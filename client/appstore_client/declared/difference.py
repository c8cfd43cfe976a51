"""What differs, field by field: what is declared, what is asked, what runs. Pure.

A secret's value can be read by nobody, so of a secret only whether there is one is compared.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from appstore_client.declared.declaration import Declared
from appstore_client.models.deployment import Deployment

GIVEN = "given"
"""Stands for the value of a secret."""
ENDED_BADLY = frozenset({"rejected", "failed", "rolled-back", "cancelled"})


@dataclass(frozen=True)
class State:
    """What a deployment is in one of the three views; `replicas` None leaves their number to the version."""

    version: str
    parameters: Mapping[str, str]
    secrets: frozenset[str]
    replicas: int | None
    declared_by: str | None = None

    def fields(self) -> dict[str, str | None]:
        """Every field by its name, as text."""
        return {
            "version": self.version,
            **{f"parameters.{name}": value for name, value in self.parameters.items()},
            **{f"secrets.{name}": GIVEN for name in self.secrets},
            "replicas": None if self.replicas is None else str(self.replicas),
        }


@dataclass(frozen=True)
class Difference:
    """One field whose values are not the same; None is: not there, or left to the version."""

    field: str
    before: str | None
    after: str | None


def declared_state(declared: Declared, source: str | None = None) -> State:
    """What files say."""
    secrets = frozenset(declared.secrets)
    return State(declared.version, declared.parameters, secrets, declared.replicas, source)


def asked_state(found: Deployment) -> State | None:
    """What was asked last, however it ended."""
    asked = found.asked
    if asked is None:
        return None
    return State(asked.version, asked.parameters, frozenset(asked.secrets), asked.replicas, asked.declared_by)


def running_state(found: Deployment) -> State | None:
    """What was asked for that which runs."""
    runs = found.running
    if runs is None or found.removed:
        return None
    by = found.asked.declared_by if found.asked else None
    return State(runs.version, runs.parameters, frozenset(runs.secrets), runs.asked_replicas, by)


def valid_state(found: Deployment) -> State | None:
    """What counts as asked: what runs, when what was asked last ended badly."""
    asked = asked_state(found)
    return running_state(found) or asked if found.status in ENDED_BADLY else asked


def differences(before: State | None, after: State) -> tuple[Difference, ...]:
    """What becomes otherwise, in the order people read: version, settings, secrets, pods, who declares it."""
    old, new = before.fields() if before else {}, after.fields()
    found = [Difference(name, old.get(name), new.get(name)) for name in _names(new, old)]
    if after.declared_by is not None and (before is None or before.declared_by != after.declared_by):
        found.append(Difference("declaredBy", before.declared_by if before else None, after.declared_by))
    return tuple(one for one in found if one.before != one.after)


@dataclass(frozen=True)
class Row:
    """One field that is not the same everywhere."""

    field: str
    declared: str | None
    asked: str | None
    running: str | None


def three_ways(declared: State, asked: State | None, running: State | None) -> tuple[Row, ...]:
    """Every field in which the three do not agree."""
    new, old, now = declared.fields(), asked.fields() if asked else {}, running.fields() if running else {}
    rows = (Row(name, new.get(name), old.get(name), now.get(name)) for name in _names(new, old, now))
    return tuple(one for one in rows if not one.declared == one.asked == one.running)


def _names(*views: Mapping[str, str | None]) -> Iterator[str]:
    groups = {"version": 0, "parameters": 1, "secrets": 2, "replicas": 3}
    yield from sorted({name for view in views for name in view}, key=lambda one: (groups[one.split(".")[0]], one))
