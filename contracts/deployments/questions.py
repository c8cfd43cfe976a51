"""What the gateway asks about deployments while a person waits, and the nouns that answer (`contracts.questions`)."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import Field

from contracts.deployments.reasons import Cause, Fault
from contracts.deployments.requests import DeploymentRequested
from contracts.noun import Noun
from contracts.questions import Param, Question

MOST_OBJECTS = 60
MOST_FIELDS = 100
"""Fields of one object that are told one by one; of more the number is."""


class Change(StrEnum):
    """What would become of an object."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


class PlannedField(Noun):
    """One field that would be otherwise; `hidden` when its values are a secret's."""

    path: str
    before: str | None = None
    after: str | None = None
    hidden: bool = False


class Trouble(Noun):
    """Why it would not work: a cause with parameters, as a failure has them."""

    cause: Cause
    fault: Fault
    params: dict[str, Param] = {}


class PlannedObject(Noun):
    """One object. `manifest` is what would be applied; of a Secret only the names of its values.

    `asked` is False where the cluster could not be asked, because the namespace is not there yet.
    """

    kind: str
    name: str
    namespace: str | None = None
    change: Change
    fields: Annotated[tuple[PlannedField, ...], Field(max_length=MOST_FIELDS)] = ()
    more: int = 0
    asked: bool = True
    trouble: Trouble | None = None
    manifest: dict[str, Any] | None = None


class ResourceUse(Noun):
    """What the deployment takes of one resource, and the room that its namespace's quota leaves.

    `used` is what the whole namespace uses now, `limit` its quota, `missing` what the quota lacks for it.
    """

    resource: str
    before: str
    after: str
    used: str | None = None
    limit: str | None = None
    missing: str | None = None


class Plan(Noun):
    """What would happen. Nothing was stored and nothing changed."""

    revision: int
    version: str
    objects: Annotated[tuple[PlannedObject, ...], Field(max_length=MOST_OBJECTS)] = ()
    resources: tuple[ResourceUse, ...] = ()
    warnings: tuple[str, ...] = ()
    """What the API server warns of, in its own words."""
    trouble: Trouble | None = None
    """Why it could not even be built."""
    namespace_is_new: bool = False

    @property
    def would_work(self) -> bool:
        """Whether nothing was found that stands in the way."""
        fits = all(one.missing is None for one in self.resources)
        return fits and self.trouble is None and all(one.trouble is None for one in self.objects)


class DeploymentPlanAsked(Question):
    """What would become of this request? It is whole, as one that is made; secrets are named by id only."""

    answer: ClassVar[type[Noun]] = Plan

    request: DeploymentRequested
