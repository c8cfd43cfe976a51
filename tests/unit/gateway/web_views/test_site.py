"""The pages over HTTP: who may see what, in which language, and how every answer is sealed off."""

import pytest

from chassis.ledger import new_id
from services.gateway.locales.texts import Texts
from tests.fakes import gateway_story as story
from tests.fakes.gateway_site import LOCKED, FakeSite
from tests.fakes.identity import PERSON, TEAM_WEB

NL, EN = Texts("nl"), Texts("en")
DEPLOYMENT = f"/deployments/{story.DEPLOYMENT}"
ADDRESSES = ("/", "/?q=lange", "/apps/leeslamp", DEPLOYMENT, "/problems/unschedulable", "/apps/nergens", "/nergens")


@pytest.fixture
def told(site: FakeSite) -> FakeSite:
    """Return a site with an app, its verdict and a healthy deployment of team-data."""
    models = site.models
    for chapter in (story.publish_app, story.publish_rule, story.score_app, story.register_cluster):
        chapter(models)
    for step in (story.ask, story.approve, story.start, story.succeed):
        step(models)
    story.review(models, LOCKED)
    return site


async def test_the_address_of_the_store_is_the_apps_page(told: FakeSite) -> None:
    """Anybody sees the apps, without signing in and without JavaScript."""
    async with told.browser() as browser:
        answer = await browser.get("/")
    assert answer.status_code == 200
    assert "<h1>Apps</h1>" in answer.text
    assert 'href="/apps/leeslamp"' in answer.text
    assert 'href="/auth/sign-in?next=%2F"' in answer.text


async def test_nothing_published_yet_is_a_calm_page(site: FakeSite) -> None:
    """An empty catalog is no error."""
    async with site.browser() as browser:
        answer = await browser.get("/")
    assert (answer.status_code, NL("apps.nothing_yet") in answer.text) == (200, True)


async def test_the_app_page_tells_the_truth_without_scripts(told: FakeSite) -> None:
    """Verdicts, law, versions, reviews and facts stand in the HTML itself."""
    async with told.browser() as browser:
        html = (await browser.get("/apps/leeslamp")).text
    for truth in ("Nog niet bekend: de DPIA.", "AVG, artikel 35", "2.1", "Werkt goed.", "ghcr.io/a/b:2.1", "De Maker"):
        assert truth in html


async def test_a_deployment_is_for_people_who_signed_in(told: FakeSite) -> None:
    """Somebody unknown gets 401, with the way to sign in and come back."""
    async with told.browser() as browser:
        answer = await browser.get(DEPLOYMENT)
    assert answer.status_code == 401
    assert f"next=%2Fdeployments%2F{story.DEPLOYMENT}" in answer.text
    assert "Leeslamp" not in answer.text


async def test_a_deployment_is_for_its_own_team(told: FakeSite) -> None:
    """A member sees it; somebody of another team gets 403 and learns nothing of it."""
    async with told.browser(await told.sign_in("team-data")) as member:
        mine = await member.get(DEPLOYMENT)
    async with told.browser(await told.sign_in("team-web", new_id())) as stranger:
        theirs = await stranger.get(DEPLOYMENT)
    assert (mine.status_code, "Leeslamp is gezond" in mine.text, "proeftuin" in mine.text) == (200, True, True)
    assert (theirs.status_code, NL("problem.403.what") in theirs.text, "Leeslamp" in theirs.text) == (403, True, False)


async def test_the_app_page_lists_only_deployments_of_the_readers_team(told: FakeSite) -> None:
    """After signing in a person finds their own deployments, and never another team's."""
    theirs = new_id()
    story.ask(told.models, deployment=theirs, environment=story.WHERE.model_copy(update={"team": TEAM_WEB}))
    async with told.browser(await told.sign_in()) as browser:
        html = (await browser.get("/apps/leeslamp")).text
    assert f'href="{DEPLOYMENT}"' in html
    assert theirs not in html


async def test_the_frame_says_who_reads(told: FakeSite) -> None:
    """Name, team and a sign-out form with this session's token stand above the page."""
    cookie = await told.sign_in()
    session = await told.sessions.read(cookie)
    assert session is not None
    async with told.browser(cookie) as browser:
        html = (await browser.get("/")).text
    assert "Sanne Bakker, team-data" in html
    assert 'action="/auth/sign-out"' in html
    assert f'value="{session.csrf}"' in html
    assert PERSON not in html


async def test_the_language_is_chosen_once_and_remembered(told: FakeSite) -> None:
    """`?lang=` answers in that language and sets the cookie; the link to the other language keeps the query."""
    async with told.browser() as browser:
        english = await browser.get("/", params={"q": "documents", "lang": "en"})
        again = await browser.get("/")
    assert english.cookies["lang"] == "en"
    assert "/?q=documents&amp;lang=nl" in english.text
    assert [one.headers["content-language"] for one in (english, again)] == ["en", "en"]


async def test_an_unknown_language_sets_no_words_of_its_own(told: FakeSite) -> None:
    """What is not a language we have is never written back."""
    async with told.browser() as browser:
        answer = await browser.get("/", params={"lang": "x\r\nSet-Cookie: a=b"})
    assert answer.cookies["lang"] == "nl"
    assert "a" not in answer.cookies


@pytest.mark.parametrize("address", ADDRESSES)
async def test_every_page_is_sealed_off(told: FakeSite, address: str) -> None:
    """Each answer, problems included, carries the policy and may not be kept by a cache; no inline code is on it."""
    async with told.browser(await told.sign_in()) as browser:
        answer = await browser.get(address)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Cookie" in answer.headers["vary"]
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert " onclick=" not in answer.text


@pytest.mark.parametrize("address", ADDRESSES)
async def test_head_answers_as_get_without_a_body(told: FakeSite, address: str) -> None:
    """HEAD gives the same status and headers."""
    async with told.browser(await told.sign_in()) as browser:
        whole, head = await browser.get(address), await browser.head(address)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_pages_can_only_be_read(told: FakeSite, method: str) -> None:
    """Another method is 405 and says which ones there are."""
    async with told.browser() as browser:
        answer = await browser.request(method, "/apps/leeslamp")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "address", ["/nergens", "/apps/", "/apps/leeslamp/", "/apps", "/deployments/", "/problems/x/y"]
)
async def test_an_unknown_address_is_a_page_and_no_redirect(told: FakeSite, address: str) -> None:
    """A slash too many or a wrong word is 404, with the way back to the apps."""
    async with told.browser() as browser:
        answer = await browser.get(address)
    assert (answer.status_code, NL("problem.404.what") in answer.text) == (404, True)


async def test_an_unknown_app_is_named(told: FakeSite) -> None:
    """The page repeats the name that was asked for, as text."""
    async with told.browser(language="en") as browser:
        answer = await browser.get("/apps/<b>nergens")
    assert (answer.status_code, EN("refusal.unknown-app.title") in answer.text) == (404, True)
    assert "&lt;b&gt;nergens" in answer.text


async def test_a_query_is_text_and_bounded(told: FakeSite) -> None:
    """What somebody searches for is shown escaped, and a very long query is cut."""
    async with told.browser() as browser:
        hostile = await browser.get("/", params={"q": '"><script>alert(1)</script>'})
        long = await browser.get("/", params={"q": "x" * 5000})
    assert "<script>alert" not in hostile.text
    assert "x" * 201 not in long.text


async def test_an_error_of_ours_is_a_page_with_a_reference(told: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the error is shown; the reference finds it in the log."""

    async def broken() -> list[dict[str, object]]:
        message = "secret detail"
        raise RuntimeError(message)

    monkeypatch.setattr(told.models, "apps", broken)
    async with told.browser() as browser:
        answer = await browser.get("/")
    assert (answer.status_code, "secret detail" in answer.text) == (500, False)
    assert NL("problem.reference") in answer.text


async def test_an_old_cookie_is_nobody(told: FakeSite) -> None:
    """A session that ended reads as somebody who did not sign in."""
    async with told.browser("x" * 43) as browser:
        answer = await browser.get("/")
    assert (answer.status_code, NL("layout.sign_in") in answer.text) == (200, True)


async def test_what_the_deployer_told_before_the_request_was_read_breaks_no_page(site: FakeSite) -> None:
    """A deployment whose request was not read yet belongs to nobody: it is not there, and the app's page is whole."""
    for chapter in (story.publish_app, story.start, story.succeed):
        chapter(site.models)
    async with site.browser(await site.sign_in()) as browser:
        pages = [await browser.get(address) for address in ("/", "/apps/leeslamp", DEPLOYMENT)]
    assert [page.status_code for page in pages] == [200, 200, 404]


async def test_an_environment_of_ones_own_is_called_by_its_name(site: FakeSite) -> None:
    """A cluster may offer environments that no text file knows."""
    own = story.WHERE.model_copy(update={"name": "proefbank"})
    story.publish_app(site.models)
    story.ask(site.models, environment=own)
    async with site.browser(await site.sign_in()) as browser:
        html = [(await browser.get(address)).text for address in ("/apps/leeslamp", DEPLOYMENT)]
    assert ["proefbank" in one for one in html] == [True, True]


async def test_a_held_request_is_said_to_be_on_hold(site: FakeSite) -> None:
    """An operation with a message that waits for an operator says so on its page."""
    story.ask(site.models)
    story.hold(site.models, await site.models.deployment(story.DEPLOYMENT))
    async with site.browser(await site.sign_in()) as browser:
        html = (await browser.get(DEPLOYMENT)).text
    assert NL("deployment.heading.held", app="leeslamp", environment="test") in html
