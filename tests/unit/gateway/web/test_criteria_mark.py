"""The mark is drawn exactly as specified: shape says which criterion, fill says what is known."""

import pytest

from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import Verdict
from services.gateway.locales.texts import Texts
from services.gateway.web.components.criteria_mark.score import CRITERIA, Score
from services.gateway.web.components.criteria_mark.shapes import SHAPES
from services.gateway.web.templates import environment

ALL: dict[Criterion, Verdict] = dict(zip(Criterion, Verdict, strict=True))


def _macro(name: str, *arguments: object) -> str:
    template = environment().get_template("components/criteria_mark/criteria_mark.html")
    return str(getattr(template.make_module({"t": Texts("nl")}), name)(*arguments))


def test_the_order_never_changes() -> None:
    """Open source, DPIA, accessibility, AI risk, self-host."""
    assert [str(one) for one in CRITERIA] == ["open-source", "dpia", "accessibility", "ai-risk", "self-host"]


@pytest.mark.parametrize("criterion", [*CRITERIA, "other"])
@pytest.mark.parametrize(
    ("verdict", "outline", "half", "cross", "dash"),
    [
        ("pass", True, False, False, False),
        ("warn", True, True, False, False),
        ("fail", True, False, True, False),
        ("unknown", True, False, False, False),
        ("n/a", False, False, False, True),
    ],
)
def test_each_state_has_its_fill(
    *,
    criterion: str,
    verdict: str,
    outline: bool,
    half: bool,
    cross: bool,
    dash: bool,
) -> None:
    """Filled, half, outline with a cross, dotted outline, or only a stroke."""
    drawn, shape = _macro("shape", criterion, verdict), SHAPES[criterion]
    assert (f'd="{shape.outline}"' in drawn) is outline
    assert (f'd="{shape.left_half}"' in drawn) is half
    assert (f'd="{shape.cross}"' in drawn) is cross
    assert ('d="M6 10h8"' in drawn) is dash
    assert f"shape--{verdict.replace('/', '')}" in drawn
    assert 'aria-hidden="true"' in drawn


def test_crosses_stand_where_specified() -> None:
    """The half-arm is 3.1, and 2.8 in the diamond; the centre follows the shape."""
    assert SHAPES["dpia"].cross == "M6.9 6.3L13.1 12.5M13.1 6.3L6.9 12.5"
    assert SHAPES["ai-risk"].cross == "M7.2 7.2L12.8 12.8M12.8 7.2L7.2 12.8"


def test_the_whole_mark_is_116_by_20() -> None:
    """Five shapes of 20 with 4 between, scaled as a whole, always all five."""
    drawn = _macro("criteria_mark", Score({}), 28)
    assert 'viewBox="0 0 116 20"' in drawn
    assert 'height="28"' in drawn
    assert [f"translate({at} 0)" in drawn for at in (0, 24, 48, 72, 96)] == [True] * 5
    assert drawn.count("shape--unknown") == 5


def test_the_mark_says_all_five_in_words() -> None:
    """Somebody who does not see it hears every criterion with its verdict."""
    drawn = _macro("criteria_mark", Score(ALL))
    assert 'role="img"' in drawn
    assert (
        'aria-label="Open source: voldoet; DPIA: let op; Toegankelijk: voldoet niet; AI-risico: onbekend; '
        'Zelf hosten: niet van toepassing"'
    ) in drawn


def test_known_counts_what_applies() -> None:
    """What does not apply is left out of both numbers; unknown counts in the second."""
    score = Score(ALL, points=38)
    assert (score.known, score.applicable) == (3, 4)
    assert "<strong>38</strong> van 100, 3 van 4 bekend" in _macro("criteria_mark_with_caption", score)


@pytest.mark.parametrize(("gate", "shown"), [("open", False), ("failed", True), ("unknown", True)])
def test_a_closed_gate_is_a_line_of_its_own(*, gate: str, shown: bool) -> None:
    """Gates are not in the mark; failed or unknown, the app is said to be closed."""
    assert ("Mag nog niet worden uitgerold" in _macro("gate_line", gate)) is shown
