"""A rule's message reads as a sentence of people: codes are words and days are days."""

import pytest

from services.gateway.api.scorecard import fill
from services.gateway.locales.texts import Texts


@pytest.mark.parametrize(
    ("value", "dutch", "english"),
    [
        ("accessibilityStatement", "de toegankelijkheidsverklaring", "the accessibility statement"),
        ("sensitive-data, new-technology", "gevoelige gegevens, nieuwe techniek", "sensitive data, new technology"),
        ("2026-11-24", "24 november 2026", "24 November 2026"),
        ("2026-02-30", "2026-02-30", "2026-02-30"),
        ("raw.githubusercontent.com", "raw.githubusercontent.com", "raw.githubusercontent.com"),
        (3, "3", "3"),
    ],
)
def test_a_value_is_said_in_the_readers_language(value: str | int, dutch: str, english: str) -> None:
    """What has a word is said by it, what is a day is written as one, and anything else stays as it is."""
    assert fill("{it}.", {"it": value}, Texts("nl")) == f"{dutch}."
    assert fill("{it}.", {"it": value}, Texts("en")) == f"{english}."


def test_a_missing_value_stays_visible() -> None:
    """A message with a value that nobody gave shows where it is missing."""
    assert fill("{it} en {other}", {"it": "x"}, Texts("nl")) == "x en {other}"
