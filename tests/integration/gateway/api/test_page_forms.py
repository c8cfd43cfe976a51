"""The forms of the deployment page do what the API does, for whoever may, and for nobody else's page."""

import httpx
import orjson
import pytest

from contracts.people import Role
from services.gateway.identity.person import Membership, Person
from services.gateway.identity.session import SESSION_COOKIE
from tests.fakes import gateway_events as told
from tests.fakes.gateway_life import Life

ADDRESS = "https://store.example"


async def _browser(life: Life, role: Role = Role.DEVELOPER, address: str = ADDRESS) -> tuple[httpx.AsyncClient, str]:
    """A browser of somebody of the team, and the token of their session's forms."""
    identity = life.gateway.world.identity
    person = Person(told.PERSON, (Membership(told.TEAM, "team-data", frozenset({role})),))
    cookie, session = await identity.sessions.start(person)
    transport = httpx.ASGITransport(life.gateway.address, raise_app_exceptions=False)
    cookies = {identity.cookies.name(SESSION_COOKIE): cookie}
    headers = {"Origin": address, "Accept-Language": "en"}
    return httpx.AsyncClient(transport=transport, base_url=address, cookies=cookies, headers=headers), session.csrf


async def test_each_form_asks_its_change(life: Life) -> None:
    """The page has the forms; each leads back to the page, and the request is recorded."""
    browser, token = await _browser(life)
    async with browser:
        html = (await browser.get(life.address)).text
        assert all(f'name="action" value="{one}"' in html for one in ("restart", "scale", "upgrade"))
        for fields, intent in (
            ({"action": "restart"}, "restart"),
            ({"action": "scale", "replicas": "5"}, "scale"),
            ({"action": "upgrade", "version": "2.0"}, "upgrade"),
        ):
            answer = await browser.post(life.address, data={**fields, "csrf_token": token})
            assert (answer.status_code, answer.headers["location"]) == (303, life.address)
            assert life.asked()[-1]["intent"] == intent
        assert (await browser.post(life.address, data={"action": "cancel", "csrf_token": token})).status_code == 303
        assert orjson.loads(life.gateway.published.entries[-1]["value"])["cancels"] == 4


async def test_the_page_pauses_and_resumes(life: Life) -> None:
    """Paused, the page says so and offers to resume it in place of a restart."""
    browser, token = await _browser(life)
    async with browser:
        assert 'value="pause"' in (await browser.get(life.address)).text
        await browser.post(life.address, data={"action": "pause", "csrf_token": token})
        assert (life.asked()[-1]["intent"], life.asked()[-1]["paused"]) == ("pause", True)
        await life.becomes_healthy(2)
        html = (await browser.get(life.address)).text
        assert "is paused" in html
        assert [f'value="{one}"' in html for one in ("resume", "restart", "pause")] == [True, False, False]
        await browser.post(life.address, data={"action": "resume", "csrf_token": token})
        assert (life.asked()[-1]["intent"], life.asked()[-1]["paused"]) == ("resume", False)


async def test_a_form_may_be_posted_to_a_replicas_own_port(life: Life) -> None:
    """At another port of the public host the page's own forms work too; a page at a further port may not post them."""
    browser, token = await _browser(life, address=f"{ADDRESS}:8420")
    data = {"action": "restart", "csrf_token": token}
    async with browser:
        assert (await browser.post(life.address, data=data)).status_code == 303
        assert (await browser.post(life.address, data=data, headers={"Origin": f"{ADDRESS}:9999"})).status_code == 403


@pytest.mark.parametrize(
    ("fields", "headers", "status"),
    [
        ({"action": "restart", "csrf_token": "x"}, {}, 403),
        ({"action": "restart"}, {}, 403),
        ({"action": "restart", "token": True}, {"Origin": "https://elsewhere.example"}, 403),
        ({"action": "explode", "token": True}, {}, 400),
        ({"action": "scale", "replicas": "21", "token": True}, {}, 400),
        ({"action": "scale", "replicas": "2", "token": True}, {}, 409),
        ({"action": "cancel", "token": True}, {}, 409),
        ({"action": "restart", "more": "x" * 9000, "token": True}, {}, 413),
    ],
)
async def test_what_may_not_be_asked_changes_nothing(
    life: Life, fields: dict[str, object], headers: dict[str, str], status: int
) -> None:
    """Another site, a wrong token, a wrong value, nothing to do: a page says so and nothing is recorded."""
    before = len(life.gateway.published.entries)
    browser, token = await _browser(life)
    data = {name: str(value) for name, value in fields.items() if name != "token"}
    if fields.get("token"):
        data["csrf_token"] = token
    async with browser:
        answer = await browser.post(life.address, data=data, headers=headers)
    assert answer.status_code == status
    assert len(life.gateway.published.entries) == before


async def test_only_those_who_deploy_get_the_forms(life: Life) -> None:
    """A compliance officer reads the page without forms, and a form they make up is refused; so is nobody's."""
    browser, token = await _browser(life, Role.COMPLIANCE_OFFICER)
    async with browser:
        assert 'name="action"' not in (await browser.get(life.address)).text
        refused = await browser.post(life.address, data={"action": "restart", "csrf_token": token})
        browser.cookies.clear()
        nobody = await browser.post(life.address, data={"action": "restart"})
    assert (refused.status_code, nobody.status_code) == (403, 401)
