"""The arithmetic of the score, the mark of a criterion, and the gates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import RuleResult, Verdict
from services.compliance.domain.score import add_up, criteria_of, gates_of

RAISES = {Verdict.FAIL: Verdict.WARN, Verdict.UNKNOWN: Verdict.WARN, Verdict.WARN: Verdict.PASS}


def result(
    verdict: Verdict,
    weight: float = 1,
    *,
    gate: bool = False,
    criterion: Criterion = Criterion.DPIA,
) -> RuleResult:
    """A result with this verdict."""
    return RuleResult(
        rule="some-rule",
        rule_version="1",
        criterion=criterion,
        verdict=verdict,
        gate=gate,
        weight=weight,
        message_code="some-code",
        reason="It does not apply." if verdict is Verdict.NOT_APPLICABLE else None,
    )


results = st.lists(
    st.builds(
        result,
        st.sampled_from(Verdict),
        st.floats(min_value=0.01, max_value=100),
        gate=st.booleans(),
        criterion=st.sampled_from(Criterion),
    ),
    max_size=12,
)


def test_a_score_is_earned_weight_over_applicable_weight() -> None:
    """Pass counts 1, warn 0.5, fail and unknown 0; n/a leaves the sum; points are rounded down."""
    score = add_up(
        [
            result(Verdict.PASS, 3),
            result(Verdict.WARN, 2),
            result(Verdict.FAIL, 1),
            result(Verdict.UNKNOWN, 1),
            result(Verdict.NOT_APPLICABLE, 50),
        ]
    )
    assert score.points == 57  # 4 of 7
    assert score.coverage == 0.857  # 6 of 7


@pytest.mark.parametrize("verdicts", [[], [Verdict.NOT_APPLICABLE]])
def test_nothing_that_applies_scores_nothing(verdicts: list[Verdict]) -> None:
    """Where no rule applies nothing was shown."""
    score = add_up([result(verdict) for verdict in verdicts])
    assert (score.points, score.coverage) == (0, 0)


@given(results, st.floats(min_value=0.01, max_value=100))
def test_adding_an_unknown_never_raises_the_score(before: list[RuleResult], weight: float) -> None:
    """A rule about which nothing is known raises neither points nor coverage."""
    old, new = add_up(before), add_up([*before, result(Verdict.UNKNOWN, weight)])
    assert new.points <= old.points
    assert new.coverage <= old.coverage


@given(results, st.data())
def test_raising_a_verdict_never_lowers_the_score(before: list[RuleResult], data: st.DataObject) -> None:
    """Unknown or fail to warn, and warn to pass, lower neither points nor coverage."""
    places = [place for place, one in enumerate(before) if one.verdict in RAISES]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    after = list(before)
    after[place] = before[place].model_copy(update={"verdict": RAISES[before[place].verdict]})
    assert add_up(after).points >= add_up(before).points
    assert add_up(after).coverage >= add_up(before).coverage


@given(results)
def test_only_a_perfect_set_scores_a_hundred(found: list[RuleResult]) -> None:
    """100 points mean that every rule that applies passes."""
    applicable = [one.verdict for one in found if one.verdict is not Verdict.NOT_APPLICABLE]
    perfect = bool(applicable) and set(applicable) == {Verdict.PASS}
    assert (add_up(found).points == 100) == perfect


@pytest.mark.parametrize(
    ("verdicts", "mark"),
    [
        ([Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL], Verdict.FAIL),
        ([Verdict.PASS, Verdict.WARN, Verdict.UNKNOWN], Verdict.UNKNOWN),
        ([Verdict.PASS, Verdict.WARN], Verdict.WARN),
        ([Verdict.PASS, Verdict.NOT_APPLICABLE], Verdict.PASS),
        ([Verdict.NOT_APPLICABLE], Verdict.NOT_APPLICABLE),
        ([], Verdict.UNKNOWN),
    ],
)
def test_the_mark_of_a_criterion_is_its_worst_rule(verdicts: list[Verdict], mark: Verdict) -> None:
    """The mark never looks better than the truth."""
    assert criteria_of([result(verdict) for verdict in verdicts])[Criterion.DPIA] is mark


@pytest.mark.parametrize(
    ("gate", "verdict"),
    [
        (Verdict.PASS, Verdict.PASS),
        (Verdict.WARN, Verdict.PASS),
        (Verdict.NOT_APPLICABLE, Verdict.PASS),
        (Verdict.FAIL, Verdict.FAIL),
        (Verdict.UNKNOWN, Verdict.UNKNOWN),
    ],
)
def test_gates_block_on_fail_and_unknown_alone(gate: Verdict, verdict: Verdict) -> None:
    """A warning passes a gate, and what no gate says never blocks."""
    assert gates_of([result(gate, gate=True), result(Verdict.FAIL)]) is verdict
