"""The apps page filters on words, and the app page explains every verdict."""

from datetime import UTC, datetime

from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import Verdict
from services.gateway.locales.texts import Texts
from services.gateway.web.components.app_row.app_row import AppRow
from services.gateway.web.components.criteria_mark.score import Score
from services.gateway.web.components.criterion_row.criterion import CriterionVerdict, RuleVerdict
from services.gateway.web.forms import matches, query_words, read_query
from services.gateway.web.layout.frame import AssetUrls, Frame, Live
from services.gateway.web.pages.app import page as app_page
from services.gateway.web.pages.apps import page as apps_page
from services.gateway.web.pages.problem import page as problem_page
from services.gateway.web.templates import mark_found

FRAME = Frame(AssetUrls("/a.css", "/a.js", "/a.svg"), "/?lang=en", sign_in_url="/sign-in")
ROW = AppRow("Docling", "/apps/docling", "Leest tekst", Score({}))
NL = Texts("nl")


def test_a_query_is_one_bounded_line() -> None:
    """Control characters become spaces, and 200 characters and ten words are enough."""
    assert read_query("  a\x00b\n c ") == "a b c"
    assert len(read_query("x" * 5000)) == 200
    assert query_words("Tekst tekst " + " ".join(map(str, range(30)))) == ("tekst", *map(str, range(9)))
    assert read_query(None) == ""


def test_every_word_has_to_be_there() -> None:
    """Words match anywhere in name and sentence, whatever their case."""
    assert matches(("tekst", "doc"), "Docling", "Leest TEKST")
    assert not matches(("tekst", "chat"), "Docling", "Leest tekst")


def test_found_words_are_marked_and_the_rest_is_escaped() -> None:
    """Marking happens on text, never on markup."""
    assert mark_found("<b>Tekst</b>", ("tekst", "b")) == (
        "&lt;<mark>b</mark>&gt;<mark>Tekst</mark>&lt;/<mark>b</mark>&gt;"
    )


def test_a_filter_can_be_undone() -> None:
    """With words there is a chip that removes them; with nothing found, a button that does."""
    found = apps_page.render(apps_page.AppsView(FRAME, (ROW,), 5, "tekst"), NL)
    nothing = apps_page.render(apps_page.AppsView(FRAME, (), 5, "tekst"), NL)
    assert "1 van 5 apps" in found
    assert 'class="chip" href="/"' in found
    assert "Niets gevonden voor “tekst”" in nothing
    assert 'class="button" href="/"' in nothing


def test_a_live_page_names_its_stream() -> None:
    """The script learns from the page which stream and which events matter."""
    html = apps_page.render(apps_page.AppsView(FRAME, (ROW,), 1, live=Live("/v1/events", ("AppPublished",))), NL)
    assert 'data-live="/v1/events" data-live-events="AppPublished"' in html


def _app(*rules: RuleVerdict, reason: str = "") -> app_page.AppView:
    verdict = CriterionVerdict(Criterion.DPIA, Verdict.FAIL, rules, reason)
    return app_page.AppView(
        FRAME,
        "docling",
        "Docling",
        "Leest tekst",
        Score({Criterion.DPIA: Verdict.FAIL}),
        (verdict,),
        (),
        (),
        datetime(2026, 11, 24, tzinfo=UTC),
    )


def test_a_criterion_speaks_with_its_most_telling_rule() -> None:
    """Without a reason of its own, what stops comes first, then what nobody knows."""
    rules = (
        RuleVerdict("Goed", Verdict.PASS, "Is er"),
        RuleVerdict("Onbekend", Verdict.UNKNOWN, "Niet gezien"),
        RuleVerdict("Fout", Verdict.FAIL, "Ontbreekt"),
    )
    assert CriterionVerdict(Criterion.DPIA, Verdict.FAIL, rules).sentence == "Ontbreekt"
    assert CriterionVerdict(Criterion.DPIA, Verdict.FAIL, rules, "Zelf gezegd").sentence == "Zelf gezegd"
    assert CriterionVerdict(Criterion.DPIA, Verdict.UNKNOWN, ()).sentence == ""


def test_the_app_page_shows_the_command_and_every_rule() -> None:
    """The command that deploys, each rule with points or "required", and what makes it higher."""
    html = app_page.render(
        _app(
            RuleVerdict("Eerste regel", Verdict.PASS, earned=1, possible=2),
            RuleVerdict("Tweede regel", Verdict.FAIL, is_gate=True, raises="een DPIA"),
        ),
        NL,
    )
    assert "appstore deploy docling --environment test" in html
    assert "1 van 2" in html
    assert "Verplicht" in html
    assert "<strong>Wat dit hoger maakt:</strong> een DPIA" in html
    assert 'href="/sign-in"' in html


def test_an_unknown_status_is_told_as_its_class() -> None:
    """A status without texts of its own is the asker's or ours, and says what to do now."""
    for status, told in ((418, 400), (502, 500), (404, 404)):
        html = problem_page.render(problem_page.ProblemView(FRAME, status), NL)
        assert f"<h1>{NL(f'problem.{told}.what')}</h1>" in html
        assert NL(f"problem.{told}.now") in html
