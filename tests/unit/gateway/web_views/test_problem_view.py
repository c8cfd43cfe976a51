"""Every kind of problem has a page that says what it means, whose turn it is and what to do now."""

import pytest

from services.gateway.api.problems import KINDS
from services.gateway.locales.patterns import LANGUAGES, Language
from services.gateway.locales.texts import Texts
from services.gateway.web.layout.frame import Frame
from services.gateway.web.pages.problem import page
from services.gateway.web.views.problem import explained_problem, met_problem


@pytest.mark.parametrize("code", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_explained(code: str, language: Language, frame: Frame) -> None:
    """Each code has its page, with words where a value would stand."""
    texts = Texts(language)
    view = explained_problem(code, frame, texts)
    assert view is not None
    told = (view.what, view.why, view.now, view.fault, *view.commands)
    assert all(told)
    assert "{" not in "".join(map(str, told))
    assert page.render(view, texts).count("<h1>") == 1


def test_values_are_said_as_words(frame: Frame) -> None:
    """A sentence about an app that is not known here names it in words; a command has a place to fill in."""
    view = explained_problem("unknown-version", frame, Texts("en"))
    assert view is not None
    assert "[name of the app]" in str(view.why)
    assert view.commands == ("appstore app show APP",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_for_a_value_is_known(language: Language) -> None:
    """No page shows a parameter's name as it stands in the code."""
    texts = Texts(language)
    names = {name for code in KINDS for name in texts.parameters(f"refusal.{code}")}
    assert not [name for name in names if not texts.has(f"parameter.{name}")]


def test_an_unknown_kind_has_no_page(frame: Frame) -> None:
    """A code that does not exist leads to nothing."""
    assert explained_problem("no-such-code", frame, Texts("nl")) is None


def test_a_problem_on_the_way_is_told_in_the_pages_words(frame: Frame) -> None:
    """A browser hears what to click, not what to type; a name that was asked for is repeated."""
    texts = Texts("nl")
    assert "appstore" not in page.render(met_problem("other-team", {}, frame, texts), texts)
    assert "nergens" in page.render(met_problem("unknown-app", {"app": "nergens"}, frame, texts), texts)
