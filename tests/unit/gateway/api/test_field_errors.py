"""Every mistake in a field is told in the reader's language, in words, and without what was sent."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.gateway.api.deployments import DeploymentWish
from services.gateway.api.evidence import EvidenceTaken
from services.gateway.api.problems import tell_field
from services.gateway.api.reviews import ReviewTaken
from services.gateway.api.shapes import FieldError, field_error
from services.gateway.locales.patterns import LANGUAGES, Language, patterns
from services.gateway.locales.texts import Texts

SOURCE = {"uri": "https://example.org", "seen": "2026-11-01"}
FACT = {"value": 1, "source": SOURCE}
ODD: tuple[Any, ...] = (
    *(None, True, 0, 6, 5.5, float("nan"), float("inf"), 10**30, 1e20, [], {}, [[]], {"odd": 1}, object()),
    *("", "x y", "-a", "x" * 5000, "9" * 5000, "\U0001f600" * 4000, "\u202e", "\ud800", b"\xff"),
    *("2026-13-01", "2026-11-01T10:00:00Z", "2026-11-24 "),
)
"""Values that are wrong somewhere."""
NAME = "kleine letters, cijfers en streepjes. Begin met een letter en eindig niet met een streepje."


def _sent() -> Iterator[tuple[type[BaseModel], Any]]:
    """Every odd value as body and in every field of what the routes take."""
    for odd in ODD:
        for model in (DeploymentWish, ReviewTaken, EvidenceTaken):
            yield model, odd
        yield from ((DeploymentWish, {"app": "a", name: odd}) for name in (*DeploymentWish.model_fields, "odd"))
        yield from ((ReviewTaken, {"rating": 1, "text": "a", name: odd}) for name in ReviewTaken.model_fields)
        yield from ((EvidenceTaken, {"kind": "dpia", "fact": FACT, name: odd}) for name in ("kind", "fact"))
        for name in ("value", "notApplicable", "assurance", "source", "validUntil"):
            yield EvidenceTaken, {"kind": "dpia", "fact": {**FACT, name: odd}}
        for name in ("uri", "repository", "path", "seen", "quote"):
            yield EvidenceTaken, {"kind": "dpia", "fact": {**FACT, "source": {**SOURCE, name: odd}}}


def _wrong(kind: type, sent: Any) -> list[FieldError]:
    """What a route that takes this kind says of it: checked as FastAPI does."""
    try:
        TypeAdapter(kind).validate_python(sent, from_attributes=True)
    except ValidationError as error:
        return [field_error(one, one["loc"]) for one in error.errors()]
    return []


def test_every_mistake_a_body_can_hold_has_a_sentence_of_its_own() -> None:
    """Whatever is sent, no mistake is told with the general sentence, and every value a sentence needs is there."""
    found = [one for model, sent in _sent() for one in _wrong(model, sent)]
    assert len({one.code for one in found}) > 12
    known = patterns("nl")
    assert not {one.code for one in found if f"field.{one.text}" not in known}
    assert not {one.code for one in found if known[f"field.{one.text}"].parameters - one.values.keys()}
    assert "string_pattern_mismatch" not in {one.text for one in found}


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_every_mistake_in_a_parameter_has_a_sentence_of_its_own(odd: Any) -> None:
    """The same for the yes-or-no parameters of an address."""
    assert all(f"field.{one.text}" in patterns("nl") for one in _wrong(bool, odd))


@pytest.mark.parametrize(
    ("model", "sent", "dutch", "english"),
    [
        (
            DeploymentWish,
            {"app": "Docling Serve"},
            f"Gebruik hoogstens 40 {NAME}",
            "Use at most 40 lowercase letters, digits and hyphens. Begin with a letter and do not end with a hyphen.",
        ),
        (DeploymentWish, {}, "Dit veld ontbreekt. Vul het in.", "This field is missing. Fill it in."),
        (
            DeploymentWish,
            {"app": "a", "colour": 1},
            "Dit veld kennen we hier niet. Laat het weg.",
            "We don't know this field here. Leave it out.",
        ),
        (
            ReviewTaken,
            {"rating": 6, "text": "a"},
            "Geef een getal van 5 of lager.",
            "Give a number of 5 or less.",
        ),
        (
            ReviewTaken,
            {"rating": 5, "text": "a" * 4001},
            "Gebruik hoogstens 4.000 tekens.",
            "Use at most 4,000 characters.",
        ),
        (ReviewTaken, {"rating": 5, "text": ""}, "Gebruik ten minste 1 teken.", "Use at least 1 character."),
        (
            EvidenceTaken,
            {"kind": "dpia", "fact": {**FACT, "assurance": "sure"}},
            "Kies een van deze waarden: verified, attested, declared.",
            "Choose one of these values: verified, attested, declared.",
        ),
        (
            ReviewTaken,
            [],
            "Stuur hier een JSON-object, met accolades eromheen.",
            "Send a JSON object here, with braces around it.",
        ),
    ],
)
def test_a_mistake_is_told_in_both_languages(model: type[BaseModel], sent: Any, dutch: str, english: str) -> None:
    """A name is told in words, a bound with its number, a choice with what is allowed."""
    (found,) = _wrong(model, sent)
    assert [tell_field(found, Texts(language))["detail"] for language in ("nl", "en")] == [dutch, english]


def test_nothing_of_what_was_sent_is_told_back() -> None:
    """A sentence holds our rules alone, never the value that broke them."""
    for language in LANGUAGES:
        for sent in ({"app": "Secret Word"}, {"app": "a", "version": "Secret Word"}, {"app": ["Secret Word"]}):
            (found,) = _wrong(DeploymentWish, sent)
            assert "Secret" not in str(tell_field(found, Texts(language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_no_sentence_is_for_is_told_in_general(language: Language) -> None:
    """A kind of mistake that is new, or lacks a value, gets the general sentence and keeps its code."""
    texts = Texts(language)
    for found in (FieldError("x", "brand_new", "brand_new", {}), FieldError("x", "enum", "enum", {})):
        assert tell_field(found, texts) == {"field": "x", "code": found.code, "detail": texts("field.other")}


def test_broken_json_is_told_by_where_it_breaks() -> None:
    """The field is the body, and the sentence counts characters from one."""
    found = field_error({"type": "json_invalid", "loc": ("body", 7), "ctx": {"error": "x"}}, (7,))
    assert tell_field(found, Texts("nl")) == {
        "field": "body",
        "code": "json_invalid",
        "detail": "De JSON klopt niet vanaf teken 8.",
    }
