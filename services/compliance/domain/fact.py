"""The facts a version is judged on: what the catalog says, overlaid with the evidence that was recorded.

`verdict.py` reads them by the names they have on the wire. A fact past its last day is kept, so that a person sees
which one expired, and is judged as not known.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.apps.facts import Fact, Facts
from contracts.compliance.evidence import EvidenceKind
from services.compliance.domain.assurance import outweighs
from services.compliance.domain.evidence import FIELD_OF, EvidenceState, read_fact


def overlay(catalog: Facts, evidence: Iterable[EvidenceState]) -> Facts:
    """The catalog's facts with the newest recorded evidence of each kind in their place, where it outweighs them."""
    facts = catalog
    for piece in sorted(evidence, key=lambda piece: piece.recorded):
        if piece.kind is not None and piece.fact is not None:
            fact = read_fact(piece.kind, piece.fact)
            if outweighs(fact, piece.recorded_on, getattr(facts, FIELD_OF[piece.kind.value])):
                facts = with_fact(facts, piece.kind, fact)
    return facts


def with_fact(facts: Facts, kind: EvidenceKind, fact: Fact[Any]) -> Facts:
    """The facts with this one in the place of what was known of its kind."""
    return facts.model_copy(update={FIELD_OF[kind.value]: fact})


def input_sha256(facts: Facts) -> str:
    """The hash of everything the rules are given, besides the day."""
    canonical = json.dumps(facts.model_dump(mode="json", exclude_none=True), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """The facts as they stand on one day, by wire name, with the inputs that expressions read."""

    day: date
    facts: Mapping[str, Fact[Any]]

    def usable(self, name: str) -> Fact[Any] | None:
        """The fact, when it is known and not past its last day."""
        fact = self.facts.get(name)
        return None if fact is None or self.expired(name) else fact

    def expired(self, name: str) -> bool:
        """Whether the fact was valid until a day before this one."""
        fact = self.facts.get(name)
        return fact is not None and fact.valid_until is not None and fact.valid_until < self.day

    def inputs(self) -> dict[str, Any]:
        """Plain values under their wire names: `facts`, `notApplicable` and `today`."""
        usable = {name: fact for name in self.facts if (fact := self.usable(name)) is not None}
        return {
            "facts": {name: plain(fact) for name, fact in usable.items() if fact.not_applicable is None},
            "notApplicable": {name: fact.not_applicable for name, fact in usable.items() if fact.not_applicable},
            "today": self.day.isoformat(),
        }


def plain(fact: Fact[Any]) -> object:
    """The fact's value as JSON would hold it, without what it leaves open."""
    value: object = fact.model_dump(mode="json", exclude_none=True)["value"]
    return value


def facts_on(day: date, facts: Facts) -> KnownFacts:
    """The facts that are known, ready to be judged on this day."""
    known = {wire: fact for wire, field in FIELD_OF.items() if (fact := getattr(facts, field)) is not None}
    return KnownFacts(day, known)
