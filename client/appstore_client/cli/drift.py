"""A deployment's drift as lines: what somebody changed by hand, field by field, and what becomes of it."""

from appstore_client.cli.language import text
from appstore_client.cli.output import clock, say
from appstore_client.models.drift import Drift, DriftedField, DriftedObject


def say_drift(drift: Drift) -> None:
    """Say what is not as declared."""
    since, at = clock(drift.since), clock(drift.heals_at)
    say(text(f"drift.{drift.reaction}", since=since, times=drift.times, at=at), "yellow")
    for one in drift.drifted:
        say(f"    {_object(one)}")
        for field in one.fields:
            say(f"      {_field(field)}")


def _object(one: DriftedObject) -> str:
    name = f"{one.kind} {one.name}"
    said = text("drift.deleted", name=name) if one.deleted else name
    return text("drift.by", what=said, manager=one.manager, at=clock(one.at)) if one.manager else said


def _field(field: DriftedField) -> str:
    if field.hidden:
        return text("drift.hidden", path=field.path)
    return f"{field.path}: {field.declared or '-'} → {field.found or '-'}"
