"""What somebody changed or deleted by hand in the cluster, and what becomes of it."""

from datetime import datetime

from appstore_client.models.base import ApiModel


class DriftedField(ApiModel):
    """One field that differs; of a `hidden` one neither value is told."""

    path: str
    declared: str | None = None
    found: str | None = None
    hidden: bool = False


class DriftedObject(ApiModel):
    """One object that was deleted or changed; `manager` is who wrote it last, when the cluster knows."""

    kind: str
    name: str
    deleted: bool = False
    fields: tuple[DriftedField, ...] = ()
    manager: str | None = None
    at: datetime | None = None


class Drift(ApiModel):
    """What is not as declared, since when. `reaction`: `heals`, `heals-later` (at `heals_at`) or `reports`."""

    since: datetime
    reaction: str
    times: int = 1
    heals_at: datetime | None = None
    drifted: tuple[DriftedObject, ...] = ()
