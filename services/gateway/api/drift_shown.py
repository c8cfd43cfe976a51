"""A deployment's drift as the API shows it: what somebody changed by hand, since when, and what becomes of it."""

from typing import Any

from services.gateway.api.shapes import Shown

Document = dict[str, Any]


class DriftedFieldShown(Shown):
    """One field that differs. `hidden`: it is a secret's value, of which only that is told."""

    path: str
    declared: str | None = None
    found: str | None = None
    hidden: bool = False


class DriftedObjectShown(Shown):
    """One object that was deleted, or has fields that differ; `manager` is who wrote one of them last, when known."""

    kind: str
    name: str
    deleted: bool
    fields: list[DriftedFieldShown]
    manager: str | None = None
    at: str | None = None


class DriftShown(Shown):
    """What lasts. `reaction`: `heals`, `heals-later` (somebody keeps changing it; at `healsAt`) or `reports`."""

    since: str
    reaction: str
    times: int
    heals_at: str | None = None
    drifted: list[DriftedObjectShown]


def drift_shown(drift: Document | None) -> DriftShown | None:
    """The drift of a deployment's document; None when all is as declared."""
    return DriftShown.model_validate(drift, extra="ignore") if drift else None
