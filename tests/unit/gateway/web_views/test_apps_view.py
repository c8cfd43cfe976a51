"""The apps page lists what the catalog publishes, most trusted first, and says what is not known."""

from chassis.ledger import new_id
from services.gateway.locales.texts import Texts
from services.gateway.web.layout.frame import Frame
from services.gateway.web.pages.apps import page
from services.gateway.web.pages.apps.page import AppsView
from services.gateway.web.views.apps import MOST_MARKED, Catalog, apps_view
from tests.fakes import gateway_story as story
from tests.fakes.gateway_read import ReadModelsInMemory
from tests.fakes.gateway_site import NOW

NL, EN = Texts("nl"), Texts("en")


async def _view(models: ReadModelsInMemory, frame: Frame, query: str = "", texts: Texts = NL) -> AppsView:
    catalog = Catalog(await models.apps(), await models.verdicts(), await models.teams_running())
    return apps_view(catalog, query, NOW, frame, texts)


async def test_an_app_without_a_verdict_is_shown_as_not_assessed(models: ReadModelsInMemory, frame: Frame) -> None:
    """An app that compliance did not score yet has no figure, and may not be deployed."""
    story.publish_app(models)
    view = await _view(models, frame)
    assert (view.apps[0].score.points, view.apps[0].score.gate, view.apps[0].score.known) == (None, "unknown", 0)
    assert NL("criteria.not_scored") in page.render(view, NL)


async def test_the_most_trusted_app_stands_first(models: ReadModelsInMemory, frame: Frame) -> None:
    """Points decide the order, then how much is known, then the title."""
    low, high, none = new_id(), new_id(), new_id()
    for app, name in ((low, "a-laag"), (high, "b-hoog"), (none, "c-niets")):
        story.publish_app(models, app, name, name)
    story.score_app(models, low, points=20)
    story.score_app(models, high, points=80)
    assert [row.title for row in (await _view(models, frame)).apps] == ["b-hoog", "a-laag", "c-niets"]


async def test_the_filter_finds_words_of_both_languages(models: ReadModelsInMemory, frame: Frame) -> None:
    """Every word must be there, in name, title or description; the total stays that of all apps."""
    story.publish_app(models)
    story.publish_app(models, new_id(), "anders", "Anders")
    for query, found in (("leeslamp lange", 1), ("documents", 2), ("leeslamp niets", 0)):
        view = await _view(models, frame, query)
        assert (len(view.apps), view.total) == (found, 2)


async def test_needs_are_summed_and_written_with_units(models: ReadModelsInMemory, frame: Frame) -> None:
    """What a pod asks stands in cores and GiB."""
    story.publish_app(models)
    needs = (await _view(models, frame)).apps[0].needs
    assert (needs.gpu, needs.millicores, needs.memory_bytes) == (False, 1500, 4 * 2**30)


async def test_new_is_marked_only_while_it_means_something(models: ReadModelsInMemory, frame: Frame) -> None:
    """Three new apps are marked; when everything is new, nothing is."""
    for number in range(MOST_MARKED):
        story.publish_app(models, new_id(), f"app-{number}", f"App {number}")
    assert all(row.is_new for row in (await _view(models, frame)).apps)
    story.publish_app(models, new_id(), "nog-een", "Nog een")
    assert not any(row.is_new for row in (await _view(models, frame)).apps)


async def test_teams_are_counted_once(models: ReadModelsInMemory, frame: Frame) -> None:
    """A team with a healthy deployment counts as one."""
    story.publish_app(models)
    for chapter in (story.ask, story.approve, story.start, story.succeed):
        chapter(models)
    assert (await _view(models, frame, texts=EN)).apps[0].teams == 1
