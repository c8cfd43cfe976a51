"""What evidence weighs against what is known: every pair of assurances, so that a change is seen."""

from datetime import date
from typing import Any

import pytest

from contracts.apps.facts import Assurance, Fact
from services.compliance.domain.assurance import outweighs
from tests.fakes.compliance_examples import SOURCE

TODAY = date(2026, 11, 24)
DECLARED, ATTESTED, VERIFIED = Assurance.DECLARED, Assurance.ATTESTED, Assurance.VERIFIED


def fact(assurance: Assurance, **said: Any) -> Fact[str]:
    """A fact with a value, or whatever else is said."""
    return Fact[str].model_validate({"source": SOURCE, "assurance": assurance, **(said or {"value": "MIT"})})


@pytest.mark.parametrize(
    ("evidence", "known", "expected"),
    [
        (DECLARED, DECLARED, True),
        (DECLARED, ATTESTED, False),
        (DECLARED, VERIFIED, False),
        (ATTESTED, DECLARED, True),
        (ATTESTED, ATTESTED, True),
        (ATTESTED, VERIFIED, False),
        (VERIFIED, DECLARED, True),
        (VERIFIED, ATTESTED, True),
        (VERIFIED, VERIFIED, True),
    ],
)
def test_what_is_weaker_never_takes_the_place_of_what_is_stronger(
    evidence: Assurance,
    known: Assurance,
    expected: bool,  # noqa: FBT001 - a cell
) -> None:
    """Evidence counts when its assurance is that of the known fact or higher."""
    assert outweighs(fact(evidence), TODAY, fact(known)) is expected


@pytest.mark.parametrize(("last_day", "expected"), [(date(2026, 11, 23), True), (date(2026, 11, 24), False)])
def test_a_stronger_fact_holds_until_the_end_of_its_last_day(last_day: date, expected: bool) -> None:  # noqa: FBT001
    """Evidence brought on its last day comes too early; without a day of its own it never counts."""
    known = fact(VERIFIED, value="MIT", valid_until=last_day)
    assert outweighs(fact(DECLARED), TODAY, known) is expected
    assert not outweighs(fact(DECLARED), None, known)


@pytest.mark.parametrize("assurance", list(Assurance))
def test_that_something_does_not_apply_takes_the_place_of_no_value(assurance: Assurance) -> None:
    """Only what is unknown, or said not to apply, can be said not to apply."""
    not_applicable = fact(assurance, notApplicable="It has no model.")
    assert not outweighs(not_applicable, TODAY, fact(DECLARED))
    assert outweighs(not_applicable, TODAY, None)
    assert outweighs(not_applicable, TODAY, fact(DECLARED, notApplicable="It is no model."))
