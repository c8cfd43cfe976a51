"""The deployment page tells each state in a sentence, and its timeline in order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from contracts.deployments.reasons import Cause, Fault
from services.gateway.locales.texts import Texts
from services.gateway.web.components.rollout.rollout import Moments, Usual, draw
from services.gateway.web.components.shortage.shortage import Shortage, read_quantity, shortage_of
from services.gateway.web.components.timeline.timeline import gap_between
from services.gateway.web.layout.frame import AssetUrls, Frame
from services.gateway.web.pages.deployment import history, page
from services.gateway.web.pages.deployment.told import event_of
from services.gateway.web.pages.deployment.view import DeploymentEvent, DeploymentView, Failure, State

START = datetime(2026, 11, 24, 9, 42, 3, tzinfo=UTC)
NL = Texts("nl")


def _at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


ASKED = {"person": "Sanne", "app": "Docling", "version": "2"}
REQUESTED = DeploymentEvent("1", "DeploymentRequested", START, "deploy", ASKED)
PULLING = DeploymentEvent("2", "DeploymentProgressed", _at(1.7), "image-pulling", {"pod": "p", "mebibytes": 1331})
PULLED = DeploymentEvent("3", "DeploymentProgressed", _at(39.7), "image-pulled", {"pod": "p"})
READY = DeploymentEvent("4", "DeploymentProgressed", _at(52), "pod-ready", {"pod": "p", "ready": 1, "wanted": 2})
HEALTHY = DeploymentEvent("5", "DeploymentSucceeded", _at(91), params={"revision": 1})


def _view(state: State, *events: DeploymentEvent, now: datetime) -> DeploymentView:
    return DeploymentView(
        frame=Frame(AssetUrls("/a.css", "/a.js", "/a.svg"), "/?lang=en"),
        id="d",
        state=state,
        since=START,
        now=now,
        app_name="docling",
        app_title="Docling",
        app_href="/apps/docling",
        version="2",
        revision=1,
        team="team-data",
        environment="test",
        requested_at=START,
        requested_by="Sanne",
        events=events,
    )


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_state_has_its_page(state: State, language: str) -> None:
    """Whatever state a deployment is in, there is a heading, a sentence and a timeline."""
    texts = Texts("nl" if language == "nl" else "en")
    html = page.render(_view(state, REQUESTED, now=_at(5)), texts)
    assert f"<h1>{texts(f'deployment.heading.{state}', app='Docling', environment='test')}</h1>" in html
    assert 'data-key="1"' in html


def test_a_rollout_is_read_from_its_start() -> None:
    """While it rolls out, the oldest row is first, the reader is at the last one, and health is expected."""
    rows = history.rows(_view("rolling-out", REQUESTED, PULLING, PULLED, READY, now=_at(72)), NL)
    assert [row.key for row in rows] == ["1", "2", "3", "4", "now", "expected-healthy"]
    assert [row.time for row in rows] == ["10:42:03", "1,7 s", "39,7 s", "52 s", "Nu, 1:12", ""]
    assert (rows[1].gap.room, rows[1].gap.words) == ("much", "38 s voor 1,3 GiB")
    assert rows[4].sentence == "<strong>Wacht op pod 2 van 2.</strong>"


def test_a_history_is_read_from_now() -> None:
    """Once it is healthy, the newest row is first and silence is said."""
    rows = history.rows(_view("healthy", REQUESTED, HEALTHY, now=_at(3 * 86400)), NL)
    assert [row.key for row in rows] == ["now", "5", "1"]
    assert rows[0].gap.words == "3 dagen stil"
    assert rows[1].sentence == "<strong>Gezond</strong>, 1 min 31 s na de aanvraag"


def test_an_event_of_tomorrow_is_still_shown() -> None:
    """A code this gateway has no sentence for is shown as it is, escaped."""
    event = DeploymentEvent("x", "DeploymentProgressed", START, "<new>")
    assert history.event_sentence(event, timedelta(), NL) == "Ook gebeurd: <code>&lt;new&gt;</code>"


def test_an_erased_person_is_a_former_member() -> None:
    """The sentence stays whole when the name is gone."""
    event = replace(REQUESTED, params={"app": "Docling", "version": "2"})
    assert history.event_sentence(event, timedelta(), NL) == "<strong>Voormalig lid</strong> vroeg om Docling 2"


@pytest.mark.parametrize("cause", Cause)
def test_every_failure_starts_with_its_cause(cause: Cause) -> None:
    """Cause, whose turn it is and what to do now are on the page, even when no parameter came along."""
    view = _view("failed", REQUESTED, now=_at(9))
    html = page.render(replace(view, failure=Failure(cause, Fault.APP, _at(8), {})), NL)
    assert html.index(NL(f"failure.cause.{cause}.what")) < html.index(NL("deployment.step_by_step"))
    assert NL(f"failure.cause.{cause}.next") in html
    assert NL("failure.fault.app") in html


def test_a_shortage_is_drawn_to_one_scale() -> None:
    """What was asked and what is free are shown in the same unit, from the quantities Kubernetes writes."""
    short = shortage_of({"resource": "memory", "asked": "500Gi", "free": "22528Mi"})
    assert isinstance(short, Shortage)
    assert (short.words(short.asked, NL), short.words(short.free, NL)) == ("500 GiB", "22 GiB")
    assert (short.share_asked, short.share_free) == (98.0, 4.31)


def test_a_quota_leaves_what_is_not_used() -> None:
    """Free is the limit minus what is used, and never below nothing."""
    short = shortage_of({"resource": "requests.cpu", "asked": "2500m", "used": "7", "limit": "8"})
    assert isinstance(short, Shortage)
    assert (short.words(short.asked, NL), short.words(short.free, NL)) == ("2,5 cores", "1 core")


@pytest.mark.parametrize("odd", [None, "", "-1", "1e99", "500GiB", "NaN", "9" * 21])
def test_what_is_no_quantity_is_not_drawn(odd: str | None) -> None:
    """A value that is not a Kubernetes quantity draws nothing."""
    assert read_quantity(odd) is None


def test_the_bar_is_in_proportion_to_time() -> None:
    """Each step takes its share, the running one ends at the tip, and the picture ends where it usually does."""
    moments = Moments(START, place=None, image=_at(2), pods=_at(40))
    picture = draw(moments, _at(72), Usual(60, 120, 12), ())
    assert [(one.step, one.width, one.running) for one in picture.segments] == [
        ("checks", 1.67, False),
        ("image", 31.67, False),
        ("pods", 26.67, True),
    ]
    assert (picture.tip, picture.end) == (60.0, 120)


def test_a_finished_bar_is_full() -> None:
    """After the last step nothing is expected any more."""
    picture = draw(Moments(START, ended=_at(4)), _at(99), None, ())
    assert (picture.tip, picture.running, picture.segments[0].width) == (100.0, False, 100.0)


def test_short_times_have_no_word() -> None:
    """Under two seconds the space between two rows says nothing."""
    assert gap_between(START, _at(1.9), timedelta(seconds=60), NL).words == ""
    assert gap_between(START, _at(12), timedelta(seconds=72), NL).room == "some"


def test_an_entry_of_the_read_model_becomes_an_event() -> None:
    """What the timeline read model tells is enough for the sentence."""
    entry = {
        "id": "e",
        "event": "DeploymentRejected",
        "time": "2026-11-24T09:42:03.400Z",
        "told": {"version": "2", "objections": [{}, {}]},
    }
    event = event_of(entry, "Sanne", "Docling")
    assert (event.at, event.code) == (_at(0.4), None)
    said = history.event_sentence(event, timedelta(), NL)
    assert said == "<strong>Toetsing hield het tegen:</strong> 2 regels zeggen nee"
    step = {**entry, "event": "DeploymentProgressed", "told": {"step": "objects-applied", "params": {"objects": 1}}}
    assert history.event_sentence(event_of(step, None, "Docling"), timedelta(), NL) == "1 object staat in het cluster"
