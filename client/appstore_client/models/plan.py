"""What a request would do, as the API foresees it: objects, fields, resources, and what stands in the way."""

from typing import Any

from appstore_client.models.base import ApiModel
from appstore_client.models.operation import OperationProblem


class PlannedField(ApiModel):
    """One field that would be otherwise; `hidden` when its values are a secret's."""

    path: str
    before: str | None = None
    after: str | None = None
    hidden: bool = False


class PlannedObject(ApiModel):
    """One object of the cluster. `asked` is False where the cluster could not be asked."""

    kind: str
    name: str
    namespace: str | None = None
    change: str
    fields: tuple[PlannedField, ...] = ()
    more: int = 0
    asked: bool = True
    trouble: OperationProblem | None = None
    manifest: dict[str, Any] | None = None


class ResourceUse(ApiModel):
    """What it takes of one resource now and then, and what the quota lacks for it."""

    resource: str
    before: str
    after: str
    used: str | None = None
    limit: str | None = None
    missing: str | None = None


class Plan(ApiModel):
    """What would happen; nothing was asked or changed."""

    deployment: str | None = None
    app: str
    name: str
    environment: str
    namespace: str
    intent: str
    version: str
    revision: int
    would_work: bool
    namespace_is_new: bool
    objects: tuple[PlannedObject, ...] = ()
    resources: tuple[ResourceUse, ...] = ()
    warnings: tuple[str, ...] = ()
    trouble: OperationProblem | None = None
