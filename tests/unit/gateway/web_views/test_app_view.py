"""The app page explains every verdict, and says of each fact who said it."""

from services.gateway.api.reviews import ReviewShown, shown_review
from services.gateway.locales.texts import Texts
from services.gateway.web.layout.frame import Frame
from services.gateway.web.pages.app import page
from services.gateway.web.pages.app.page import AppView
from services.gateway.web.views.app import AppRead, app_view
from tests.fakes import gateway_story as story
from tests.fakes.gateway_read import ReadModelsInMemory
from tests.fakes.gateway_site import LOCKED, NOW, FakeSite
from tests.fakes.identity import TEAM_DATA

NL, EN = Texts("nl"), Texts("en")
DEMI = {TEAM_DATA: "team-data"}


async def _view(
    models: ReadModelsInMemory, frame: Frame, teams: dict[str, str], reviews: list[ReviewShown] | None = None
) -> AppView:
    app = await models.app("leeslamp")
    assert app is not None
    read = AppRead(
        app=app,
        verdict=await models.verdict(f"{story.APP}:2.1"),
        rules=await models.rules(),
        running=await models.running(story.APP),
        mine=await models.deployments(teams),
        reviews=reviews or [],
        ratings=[one.rating for one in reviews or []],
    )
    return app_view(read, teams, NOW, frame, NL)


async def test_before_any_verdict_all_five_are_unknown(models: ReadModelsInMemory, frame: Frame) -> None:
    """The page is whole before compliance looked, and says that nobody looked."""
    story.publish_app(models)
    view = await _view(models, frame, {})
    html = page.render(view, NL)
    assert [one.verdict for one in view.criteria] == ["unknown"] * 5
    assert NL("criteria.not_scored") in html
    assert html.count(NL("criteria.nothing_looked")) == 5


async def test_a_verdict_is_explained_in_the_rules_words(models: ReadModelsInMemory, frame: Frame) -> None:
    """Title, finding, law, source and what would raise it come from the rule, and codes become words."""
    story.publish_app(models)
    story.publish_rule(models)
    story.score_app(models)
    dpia = (await _view(models, frame, {})).criteria[1].rules[0]
    assert (dpia.title, dpia.finding, dpia.raises) == (
        "Er is een DPIA",
        "Nog niet bekend: de DPIA.",
        "Voeg een DPIA toe.",
    )
    assert dpia.law is not None
    assert (dpia.law.name, dpia.is_gate, dpia.source.kind) == ("AVG, artikel 35", True, "measured")


async def test_a_rule_without_texts_shows_its_codes(models: ReadModelsInMemory, frame: Frame) -> None:
    """A verdict may arrive before the rule's texts: then the codes stand there, and the page is still whole."""
    story.publish_app(models)
    story.score_app(models)
    html = page.render(await _view(models, frame, {}), NL)
    assert "dpia-present" in html
    assert "missing" in html


async def test_the_reader_finds_the_way_to_their_deployments(models: ReadModelsInMemory, frame: Frame) -> None:
    """Deployments of the reader's team are links with their state; a stranger sees only how many teams there are."""
    story.publish_app(models)
    for chapter in (story.ask, story.approve, story.start, story.succeed):
        chapter(models)
    mine, strange = await _view(models, frame, DEMI), await _view(models, frame, {})
    assert [(one.href, one.state) for one in mine.mine] == [(f"/deployments/{story.DEPLOYMENT}", "healthy")]
    assert mine.versions[0].my_environments == ("test",)
    assert (strange.mine, strange.versions[0].my_environments, strange.teams) == ((), (), 1)
    assert story.DEPLOYMENT not in page.render(strange, NL)


async def test_what_is_removed_is_no_longer_listed(models: ReadModelsInMemory, frame: Frame) -> None:
    """A removed deployment is not among the reader's own."""
    story.publish_app(models)
    for chapter in (story.ask, story.approve, story.start, story.succeed):
        chapter(models)
    story.ask_removal(models, 15)
    story.remove(models)
    view = await _view(models, frame, DEMI)
    assert (view.mine, view.teams) == ((), 0)


async def test_hostile_text_stays_text(models: ReadModelsInMemory, frame: Frame, site: FakeSite) -> None:
    """What people write is shown as they typed it, never as markup."""
    story.publish_app(models)
    story.review(models, LOCKED)
    site.keys.words = "<script>alert(1)</script> {{ view }} &amp;"
    reviews = [await shown_review(found, site.world, NL) for found in await models.reviews(story.APP)]
    html = page.render(await _view(models, frame, {}, reviews), NL)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ view }} &amp;amp;" in html


async def test_a_review_carries_its_proof_and_its_author(
    models: ReadModelsInMemory, frame: Frame, site: FakeSite
) -> None:
    """The page says for how long the author's team ran the app; an author who was erased has neither name nor text."""
    story.publish_app(models)
    story.review(models, LOCKED)
    found = (await models.reviews(story.APP))[0]
    known = page.render(await _view(models, frame, {}, [await shown_review(found, site.world, NL)]), NL)
    assert "Sanne Bakker" in known
    assert "2 uur in test" in known
    site.keys.words = None
    erased = page.render(await _view(models, frame, {}, [await shown_review(found, site.world, NL)]), NL)
    assert "Sanne Bakker" not in erased
    assert NL("app.former_member") in erased
    assert NL("app.text_erased") in erased


async def test_facts_that_nobody_said_are_unknown(models: ReadModelsInMemory, frame: Frame) -> None:
    """A fact has a source or is unknown; the maker comes from the catalog."""
    story.publish_app(models)
    facts = {fact.name: fact for fact in (await _view(models, frame, {})).facts}
    assert (facts["licence-code"].value, facts["licence-code"].source.kind) == ("MIT", "measured")
    assert (facts["telemetry"].value, facts["telemetry"].source.kind) == (None, "unknown")
    assert (facts["maker"].value, facts["repository"].value) == ("De Maker", None)
