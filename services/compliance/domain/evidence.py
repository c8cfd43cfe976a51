"""Evidence that somebody submits: what it must be to count, and what is remembered of it.

What a person brings is recorded as `declared` whatever it claims: nobody has verified it, and a rule that rests on it
goes no higher than `warn`. The newest evidence of a kind stands in for the catalog's fact (`fact.py`), unless what is
known outweighs it (`assurance.py`).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from contracts.apps.facts import Assurance, Fact, Facts
from contracts.compliance.events import EvidenceRecorded, EvidenceRefused
from contracts.compliance.evidence import (
    EvidenceHasExpired,
    EvidenceIsNotThatKind,
    EvidenceKind,
    EvidenceWeakerThanKnown,
)
from contracts.compliance.requests import EvidenceSubmitted
from contracts.envelope import Event
from contracts.identifiers import AppId, Code, VersionTag
from contracts.noun import Noun
from services.compliance.domain.assurance import outweighs
from services.compliance.domain.calendar import legal_day

FIELD_OF: Mapping[str, str] = {info.alias or name: name for name, info in Facts.model_fields.items()}
"""Name of a fact on the wire to its field of Facts."""


class EvidenceState(Noun):
    """What is remembered of one piece of evidence. Refused evidence has a code and no fact."""

    evidence: str
    recorded: str
    """The hlc of the event: it orders evidence of one kind."""
    recorded_on: date | None = None
    """The legal day of the event; None for refused evidence, which replaces nothing."""
    app: AppId | None = None
    version: VersionTag | None = None
    kind: EvidenceKind | None = None
    fact: dict[str, Any] | None = None
    refused: Code | None = None


def evolve(state: EvidenceState | None, event: Event[EvidenceRecorded | EvidenceRefused]) -> EvidenceState:
    """Fold what became of a piece of evidence."""
    del state
    data = event.data
    if isinstance(data, EvidenceRefused):
        return EvidenceState(evidence=data.evidence, recorded=event.context.hlc, refused=data.code)
    return EvidenceState(
        evidence=data.evidence,
        recorded=event.context.hlc,
        recorded_on=legal_day(event.context.time),
        app=data.app,
        version=data.version,
        kind=data.kind,
        fact=data.fact,
    )


def read_fact(kind: EvidenceKind, fact: dict[str, Any]) -> Fact[Any]:
    """Read a fact as its kind asks. Raises pydantic's ValidationError."""
    facts = Facts.model_validate({kind.value: fact})
    read: Fact[Any] = getattr(facts, FIELD_OF[kind.value])
    return read


def take(submitted: EvidenceSubmitted, facts: Facts, today: date) -> EvidenceRecorded:
    """Accept evidence, as declared. Raises EvidenceIsNotThatKind, EvidenceHasExpired or EvidenceWeakerThanKnown."""
    try:
        claimed = read_fact(submitted.kind, submitted.fact)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"][1:]) or "fact"
        raise EvidenceIsNotThatKind(kind=submitted.kind.value, field=field, problem=first["type"]) from error
    if stray := _stray_field(submitted.fact, claimed.model_dump(mode="json")):
        raise EvidenceIsNotThatKind(kind=submitted.kind.value, field=stray, problem="extra_forbidden")
    if claimed.valid_until is not None and claimed.valid_until < today:
        raise EvidenceHasExpired(kind=submitted.kind.value, day=claimed.valid_until.isoformat())
    fact = claimed.model_copy(update={"assurance": Assurance.DECLARED})
    known: Fact[Any] | None = getattr(facts, FIELD_OF[submitted.kind.value])
    if known is not None and not outweighs(fact, today, known):
        raise EvidenceWeakerThanKnown(kind=submitted.kind.value, known=known.assurance.value)
    return EvidenceRecorded(
        evidence=submitted.evidence,
        app=submitted.app,
        version=submitted.version,
        kind=submitted.kind,
        fact=fact.model_dump(mode="json", exclude_none=True),
    )


def _stray_field(given: object, read: object, path: str = "") -> str | None:
    """The path of a field that the fact's shape does not have: a misspelt one must not vanish silently."""
    if isinstance(given, dict) and isinstance(read, dict):
        for name, value in given.items():
            here = f"{path}.{name}" if path else str(name)
            if name not in read:
                return here
            if (stray := _stray_field(value, read[name], here)) is not None:
                return stray
    if isinstance(given, list) and isinstance(read, list):
        for number, (one, other) in enumerate(zip(given, read, strict=False)):
            if (stray := _stray_field(one, other, f"{path}.{number}")) is not None:
                return stray
    return None
