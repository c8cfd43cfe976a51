"""A review is text that people can read, and nothing that acts on a page or a terminal."""

import pytest
from pydantic import ValidationError

from services.gateway.api.reviews import ReviewTaken

TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
CONTROLS = "".join(chr(number) for number in (*range(9), 11, 12, *range(14, 32), *range(0x7F, 0xA0)))


def _taken(text: str) -> str:
    return ReviewTaken.model_validate({"rating": 4, "text": text}).text


@pytest.mark.parametrize("letter", TURNS + CONTROLS, ids=lambda letter: f"U+{ord(letter):04X}")
def test_what_is_not_seen_and_acts_is_taken_away(letter: str) -> None:
    """Overrides, embeddings, isolates and control characters are gone; the words around them stay."""
    assert _taken(f"Works{letter} well{letter}") == "Works well"


@pytest.mark.parametrize(
    "text",
    [
        "Two\nlines\tand a tab",
        "<script>alert('x')</script> & <b>bold</b>",
        "\u05e9\u05dc\u05d5\u05dd\u200f!",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 caf\u00e9",
    ],
    ids=["lines", "HTML", "right-to-left mark", "Persian joiner", "emoji"],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    """Lines, tabs, marks and joiners that scripts need, and HTML as the text it is."""
    assert _taken(text) == text


def test_the_end_of_a_line_is_one_character() -> None:
    """Line ends of any system become a line feed."""
    assert _taken("one\r\ntwo\rthree\n") == "one\ntwo\nthree"


@pytest.mark.parametrize("text", ["\u202e\u202c", "\x00 \x1b", "\u200b\u200f", "\ufeff", "\u00a0\u2066 "], ids=ascii)
def test_a_text_with_nothing_to_read_is_refused(text: str) -> None:
    """What is empty once nobody's characters are gone is no review."""
    with pytest.raises(ValidationError) as refused:
        _taken(text)
    assert [one["type"] for one in refused.value.errors()] == ["string_too_short"]
