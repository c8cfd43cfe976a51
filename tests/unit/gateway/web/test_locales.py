"""Both languages say the same things, and whatever is asked for exists."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import Verdict
from contracts.deployments.drift import HealedBy, Reaction
from contracts.deployments.events import FINAL
from contracts.deployments.reasons import Cause, ClosedOutcome, Fault, Step
from contracts.deployments.requests import Intent
from services.gateway.locales.languages import choose_language
from services.gateway.locales.patterns import LANGUAGES, Language, patterns
from services.gateway.locales.texts import TextParameterError, Texts, UnknownTextError
from services.gateway.web.templates import WEB_FOLDER

ASKED = re.compile(r"""\bt(?:\.markup)?\("([a-z_.0-9-]+)"\s*(~?)|texts(?:\.markup)?\(\s*f?"([a-zA-Z_.0-9-]+)(\{?)""")
WITH_A_CAUSE = frozenset({"DeploymentFailed", "DeploymentRollbackStarted", "DeploymentRolledBack"})
WITH_A_CODE = WITH_A_CAUSE | {"DeploymentClosed"}


def test_both_languages_have_the_same_keys() -> None:
    """A sentence that exists in Dutch exists in English, and the other way round."""
    assert patterns("nl").keys() == patterns("en").keys()


def test_both_languages_need_the_same_parameters() -> None:
    """The two sentences of a key are filled from the same values."""
    dutch, english = patterns("nl"), patterns("en")
    assert not [key for key in dutch if dutch[key].parameters != english[key].parameters]
    assert not [key for key in dutch if dutch[key].is_plural != english[key].is_plural]


def test_every_text_a_page_asks_for_exists() -> None:
    """Keys written in templates and pages are in the files; a key that is put together has at least its beginning."""
    known = patterns("nl")
    files = (*WEB_FOLDER.rglob("*.html"), *WEB_FOLDER.rglob("*.py"))
    asked = [found for file in files for found in _keys(file.read_text(encoding="utf-8"))]
    assert asked
    missing = [
        key for key, whole in asked if not (key in known if whole else any(one.startswith(key) for one in known))
    ]
    assert not missing


def _keys(source: str) -> list[tuple[str, bool]]:
    return [(first or second, not (joined or opened)) for first, joined, second, opened in ASKED.findall(source)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_contracts_has_a_sentence(language: Language) -> None:
    """What the services can say about a deployment, this gateway can say to people."""
    texts = Texts(language)
    keys = [
        *(f"events.DeploymentProgressed.{step}" for step in Step),
        *(f"events.{name}.{cause}" for name in WITH_A_CAUSE for cause in Cause),
        *(f"events.DeploymentRequested.{intent}" for intent in Intent),
        *(f"events.DeploymentClosed.{outcome}" for outcome in ClosedOutcome),
        *(f"events.DriftDetected.{how}-{reaction}" for how in ("changed", "deleted") for reaction in Reaction),
        *(f"events.DriftHealed.{by}" for by in HealedBy),
        *(f"deployment.drifted.{reaction}" for reaction in Reaction),
        *(f"events.{final.__name__}" for final in FINAL if final.__name__ not in WITH_A_CODE),
        *(f"failure.cause.{cause}.{part}" for cause in Cause for part in ("what", "why", "next")),
        *(f"failure.fault.{fault}" for fault in Fault),
        *(f"criteria.name.{criterion}" for criterion in Criterion),
        *(f"criteria.verdict.{verdict.replace('/', '')}" for verdict in Verdict),
        *(f"criteria.verdict_alone.{verdict.replace('/', '')}" for verdict in Verdict),
    ]
    assert not [key for key in keys if not texts.has(key)]


def test_texts_follow_the_house_style() -> None:
    """No exclamation marks, no double spaces, no sentence that says sorry."""
    for language in LANGUAGES:
        for key, pattern in patterns(language).items():
            for form in pattern.forms.values():
                assert "!" not in form, key
                assert "  " not in form, key
                assert form == form.strip(), key


def test_an_unknown_key_is_an_error() -> None:
    """A text that does not exist is never an empty spot on a page."""
    with pytest.raises(UnknownTextError):
        Texts("nl")("apps.no_such_text")


def test_a_missing_parameter_is_an_error() -> None:
    """A sentence with a hole in it is never shown."""
    with pytest.raises(TextParameterError):
        Texts("en")("apps.version")


def test_values_are_never_read_as_patterns() -> None:
    """Braces and marks in data stay what they are, and markup in data is escaped."""
    said = Texts("en").markup("events.DeploymentRequested.deploy", person="{app}**x**<i>", app="A & B", version="1")
    assert said == "<strong>{app}**x**&lt;i&gt;</strong> asked for A &amp; B 1"


def test_plural_forms_follow_the_number() -> None:
    """One app, two apps."""
    assert [Texts("nl")("apps.all", count=count) for count in (0, 1, 2)] == ["0 apps", "1 app", "2 apps"]


@pytest.mark.parametrize(
    ("seconds", "dutch", "english"),
    [
        (0.4, "0,4 s", "0.4 s"),
        (38, "38 s", "38 s"),
        (72, "1 min 12 s", "1 min 12 s"),
        (3600, "1 u", "1 h"),
        (90000, "1 d 1 u", "1 d 1 h"),
    ],
)
def test_durations(seconds: float, dutch: str, english: str) -> None:
    """A measured time has at most two units, with tenths only when it is short."""
    assert Texts("nl").duration(timedelta(seconds=seconds)) == dutch
    assert Texts("en").duration(timedelta(seconds=seconds)) == english


def test_sizes_days_and_times() -> None:
    """Sizes are binary, days are those of Amsterdam, decimals follow the language."""
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert (Texts("nl").size(1395864371), Texts("en").size(4 * 2**30)) == ("1,3 GiB", "4 GiB")
    assert (Texts("nl").day(late), Texts("en").short_day(late)) == ("24 november 2026", "24 Nov")
    assert Texts("nl").clock(late) == "00:30"
    assert Texts("nl").span(timedelta(days=11)) == "11 dagen"


@pytest.mark.parametrize(
    ("asked", "cookie", "header", "chosen"),
    [
        ("en", "nl", "nl", "en"),
        (None, "en", "nl", "en"),
        (None, None, "en-GB,nl;q=0.5", "en"),
        ("fr", None, "fr,en;q=0.1", "en"),
        (None, None, "nl;q=0.1, en;q=0.9", "en"),
        (None, None, "en;q=0, de", "nl"),
        (None, None, None, "nl"),
        ("", "", "en;q=x", "nl"),
    ],
)
def test_the_language_is_asked_then_remembered_then_preferred(
    asked: str | None,
    cookie: str | None,
    header: str | None,
    chosen: str,
) -> None:
    """The address wins over the cookie, the cookie over the browser, and Dutch is the last resort."""
    assert choose_language(asked, cookie, header) == chosen
