"""The deployment page tells where a deployment stands, why, and what happened, from the read models alone."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from services.gateway.api.operations import objection_shown
from services.gateway.locales.texts import Texts
from services.gateway.web.layout.frame import Frame, SignedInPerson
from services.gateway.web.pages.deployment import page
from services.gateway.web.pages.deployment.view import FOLLOWED, DeploymentView
from services.gateway.web.views.deployment import DeploymentRead, deployment_view
from tests.fakes import gateway_story as story
from tests.fakes.gateway_read import START, ReadModelsInMemory
from tests.fakes.gateway_site import NOW, FakeSite
from tests.fakes.identity import PERSON

NL = Texts("nl")
SIGNED_IN = SignedInPerson("Sanne Bakker", ("team-data",), "/sign-out", "token")
Chapter = Callable[[ReadModelsInMemory], None]


async def _view(site: FakeSite, frame: Frame, *chapters: Chapter, names: bool = True) -> DeploymentView:
    models = site.models
    for chapter in chapters:
        chapter(models)
    found = await models.deployment(story.DEPLOYMENT)
    assert found is not None
    decision = found["decisions"].get("1", {})
    objections, warnings = decision.get("objections", []), decision.get("warnings", [])
    read = DeploymentRead(
        found=found,
        entries=await models.timeline(story.DEPLOYMENT),
        names={PERSON: "Sanne Bakker"} if names else {},
        objections=[await objection_shown(one, site.world, NL) for one in objections],
        warnings=[await objection_shown(one, site.world, NL) for one in warnings],
        app=await models.app_by_id(story.APP),
        verdict=await models.verdict(f"{story.APP}:2.1"),
        cluster="proeftuin",
        held=False,
        team="team-data",
    )
    return deployment_view(read, NOW, frame)


async def test_a_request_is_shown_before_anybody_answered(site: FakeSite, frame: Frame) -> None:
    """Without app, verdict or decision the page is whole: it says who asked for what, and what it waits for."""
    view = await _view(site, frame, story.ask)
    html = page.render(view, NL)
    assert (view.state, view.app_title, view.requested_by) == ("waiting", "leeslamp", "Sanne Bakker")
    assert (view.decision, view.failure, view.pods) == (None, None, ())
    assert NL("deployment.heading.waiting", app="leeslamp", environment="test") in html


async def test_a_rejection_names_rule_law_and_remedy(site: FakeSite, frame: Frame) -> None:
    """The reasons are in the words of the rules, with the law and what solves it, and with the policy's version."""
    view = await _view(site, frame, story.publish_app, story.publish_rule, story.ask, story.reject)
    html = page.render(view, NL)
    assert view.decision is not None
    assert (view.state, view.decision.policy, len(view.decision.reasons)) == ("rejected", "2026.11.1", 1)
    assert "Nog niet bekend: de DPIA." in html
    assert 'href="https://eur-lex.europa.eu/x"' in html
    assert "<strong>Voeg een DPIA toe.</strong>" in html
    assert "appstore evidence add leeslamp 2.1" in html


async def test_what_a_level_let_through_is_shown_with_what_solves_it(site: FakeSite, frame: Frame) -> None:
    """A gate that only warned here is explained as one that stops, beside the level at which it was judged."""
    view = await _view(site, frame, story.publish_rule, story.ask, story.approve_with_warning)
    html = page.render(view, NL)
    assert view.decision is not None
    assert (view.decision.level, len(view.decision.warnings), view.decision.reasons) == ("lenient", 1, ())
    assert "De toetsing gaat hier op niveau soepel." in html
    assert "<strong>Voeg een DPIA toe.</strong>" in html
    assert "op niveau soepel: aan 1 regel is niet voldaan" in html


async def test_passed_rules_are_counted_only_while_the_verdict_stands(site: FakeSite, frame: Frame) -> None:
    """A verdict made after the decision is another one: how many rules said yes is not told from it."""
    view = await _view(site, frame, story.ask, story.reject, partial(story.score_app, after=9))
    assert view.decision is not None
    assert view.decision.passed == 0


async def test_a_rollout_shows_pods_that_start(site: FakeSite, frame: Frame) -> None:
    """Of two pods one began and one is still expected; the version's own number of pods counts before any is ready."""
    view = await _view(site, frame, story.publish_app, story.ask, story.approve, story.start)
    pods = view.pods[0]
    assert view.state == "rolling-out"
    assert (pods.revision, pods.ready, pods.starting, pods.expected) == (3, 0, 1, 1)
    assert 'data-key="now"' in page.render(view, NL)


async def test_a_healthy_deployment_shows_where_it_answers(frame: Frame) -> None:
    """An address inside the cluster is a fact and no button; one that a browser finds is a button."""
    chapters: list[Chapter] = [story.ask, story.approve, story.start]
    for address, inside in (("http://leeslamp.team-data-test.svc:8080", True), ("https://leeslamp.example.org", False)):
        view = await _view(FakeSite(), frame, *chapters, partial(story.succeed, address=address))
        assert (view.state, view.pods[0].ready) == ("healthy", 2)
        assert (view.inside_address, view.open_url) == ((address, None) if inside else (None, address))
        assert (f'href="{address}"' in page.render(view, NL)) is not inside


async def test_a_shortage_is_drawn_from_what_was_asked_and_free(site: FakeSite, frame: Frame) -> None:
    """A failure says what was asked, what is free, and whose turn it is."""
    view = await _view(site, frame, story.publish_app, story.ask, story.approve, story.start, story.fail)
    html = page.render(view, NL)
    assert view.failure is not None
    assert (view.state, view.failure.cause, view.pods[0].failing) == ("failed", "unschedulable", 0)
    assert "500 GiB" in html
    assert "64 GiB" in html
    assert NL("failure.fault.platform") in html


async def test_a_change_that_went_back_says_why_and_what_runs(site: FakeSite, frame: Frame) -> None:
    """The cause of the change that failed stands beside what runs again, and every revision is listed."""
    chapters: list[Chapter] = [story.ask, story.approve, story.start, story.succeed, story.upgrade_goes_back]
    view = await _view(site, frame, story.publish_app, *chapters)
    html = page.render(view, NL)
    assert view.runs is not None
    assert (view.state, view.runs.revision, view.runs.version, view.runs.pods) == ("rolled-back", 3, "2.1", 2)
    assert [(one.revision, one.outcome) for one in view.revisions] == [(4, "rolled-back"), (3, "runs")]
    assert NL("deployment.heading.rolled-back", app="Leeslamp") in html
    assert NL("failure.cause.unschedulable.what") in html
    assert NL("deployment.outcome.rolled-back") in html


@pytest.mark.parametrize("texts", [NL, Texts("en")])
async def test_what_is_not_healthy_any_more_says_why(site: FakeSite, frame: Frame, texts: Texts) -> None:
    """The cause and since when stand there, as of a failure; the page follows both how it comes and how it goes."""
    chapters: list[Chapter] = [story.ask, story.approve, story.start, story.succeed, story.degrade]
    view = await _view(site, frame, story.publish_app, *chapters)
    html = page.render(view, texts)
    assert view.failure is not None
    assert (view.state, view.failure.cause, view.since) == ("degraded", "out-of-memory", view.failure.at)
    assert texts("deployment.heading.degraded", app="Leeslamp") in html
    assert texts("failure.cause.out-of-memory.what") in html
    assert texts("deployment.heading.healthy", app="Leeslamp") not in html
    assert {"DeploymentDegraded", "DeploymentRecovered"} <= set(FOLLOWED)


@pytest.mark.parametrize(("asked", "shown"), [(4, 4), (None, 2)])
async def test_the_form_shows_the_pods_that_were_asked_while_paused(
    site: FakeSite, frame: Frame, asked: int | None, shown: int
) -> None:
    """A pause leaves no pod, and the number to scale to begins at what was asked, or else at the version's."""
    view = await _view(site, frame, story.publish_app, story.ask, story.approve, story.start, story.succeed)
    assert view.runs is not None
    found = await site.models.deployment(story.DEPLOYMENT)
    assert found is not None
    request = {**found["requests"]["1"], "paused": True, "replicas": asked}
    paused = {**found, "requests": {"1": request}, "rollout": {**found["rollout"], "replicas": 0}}
    app = await site.models.app_by_id(story.APP)
    read = DeploymentRead(paused, [], {}, [], app, None, "proeftuin", held=False, team="team-data")
    runs = deployment_view(read, NOW, frame).runs
    assert runs is not None
    assert (runs.paused, runs.pods, runs.wanted) == (True, 0, shown)
    changeable = replace(view, runs=runs, may_change=True, frame=replace(frame, person=SIGNED_IN))
    assert f'name="replicas" min="0" max="20" value="{shown}"' in page.render(changeable, NL)


async def test_an_erased_person_has_no_name(site: FakeSite, frame: Frame) -> None:
    """Who asked is a former member when the name is gone."""
    view = await _view(site, frame, story.ask, names=False)
    assert view.requested_by is None
    assert NL("app.former_member") in page.render(view, NL)


@pytest.mark.parametrize("chapters", [(story.ask,), (story.ask, story.reject), (story.ask, story.approve, story.start)])
async def test_the_page_follows_its_own_deployment(site: FakeSite, frame: Frame, chapters: tuple[Chapter, ...]) -> None:
    """The stream is about this deployment alone, and names the events that change the page."""
    view = await _view(site, frame, *chapters)
    assert view.live is not None
    assert f"deployment={story.DEPLOYMENT}" in view.live.url
    assert "DeploymentProgressed" in view.live.events
    assert view.requested_at == START
