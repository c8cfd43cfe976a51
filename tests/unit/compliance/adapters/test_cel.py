"""Expressions: what the engine answers, what has no answer, and what is refused before it can do harm."""

from typing import Any

import pytest

from services.compliance.adapters.cel.compile import LONGEST, compile_condition, compile_expression
from services.compliance.adapters.cel.evaluate import CelEngine
from services.compliance.domain.policy import Plain, Undefined
from services.compliance.ports import ExpressionError


def answer(text: str, facts: dict[str, Any] | None = None) -> Plain | Undefined:
    """What the expression says about these facts."""
    engine = CelEngine({text: compile_expression(text)})
    return engine.over({"facts": facts or {}, "notApplicable": {}, "today": "2026-11-24"})(text)


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("facts.a == 'x'", {"a": "x"}, True),
        ("facts.a.exists(e, e.required)", {"a": [{"required": True}]}, True),
        ("facts.a.map(e, e.host)", {"a": [{"host": "x"}, {"host": "y"}]}, ("x", "y")),
        ("size(facts.a)", {"a": []}, 0),
        ("monthsAfter('2026-08-31', 6)", {}, "2027-02-28"),
        ("licensedUnder('MIT OR GPL-3.0-only', ['MIT'])", {}, True),
        ("licensedUnder('MIT AND GPL-3.0-only', ['MIT'])", {}, False),
    ],
)
def test_an_expression_answers_in_plain_values(text: str, facts: dict[str, Any], expected: Plain) -> None:
    """Booleans, numbers, texts and lists of texts come back as such."""
    assert answer(text, facts) == expected


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("facts.a == 'x'", {}),
        ("facts.a.b.c", {"a": {"b": 1}}),
        ("osiApproved(facts.a)", {"a": "No Such Licence"}),
        ("osiApproved(facts.a)", {"a": "MIT OR OR"}),
        ("osiApproved(facts.a)", {"a": "MIT " + "OR MIT " * 500}),
        ("osiApproved(facts.a)", {"a": 3}),
        ("osiApproved('Apache-2.0 OR No-Such-Licence')", {}),
        ("monthsAfter(facts.a, 6)", {"a": "soon"}),
        ("facts.a", {"a": {"b": 1}}),
        ("facts.a.map(x, facts.a.map(y, facts.a.map(z, 1))).size() > 0", {"a": list(range(200))}),
    ],
)
def test_an_expression_without_an_answer_is_undefined(text: str, facts: dict[str, Any]) -> None:
    """A missing field, another kind, an error in a function and an exhausted budget never become an answer."""
    assert isinstance(answer(text, facts), Undefined)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "1 +",
        "nobody",
        "open('/etc/passwd')",
        "__import__('os')",
        "'a' + " * LONGEST + "'a'",
        "true || " * 70 + "x" * LONGEST,
        "(" * 100 + "true" + ")" * 100,
        "".join(f"true ? {number} : " for number in range(40)) + "0",
    ],
)
def test_a_hostile_expression_is_refused_when_it_is_compiled(text: str) -> None:
    """Too long, too deep, unknown names and broken syntax never reach evaluation."""
    with pytest.raises(ExpressionError) as refused:
        compile_expression(text)
    assert "\n" not in str(refused.value)


def test_a_condition_answers_yes_or_no() -> None:
    """An expression that can only give something else is no condition."""
    with pytest.raises(ExpressionError, match="true or false"):
        compile_condition("'yes'")
