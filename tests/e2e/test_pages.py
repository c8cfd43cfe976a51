"""The three pages at a whole stack, as a browser with a session sees them: without scripts, and by its live stream."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from infra.local.issuer.sign_in import fill_in_form
from infra.local.stack import Stack
from tests.e2e.eventually import eventually
from tests.e2e.person import Person

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

APP = "qdrant"


@asynccontextmanager
async def browser_of(stack: Stack, username: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that speaks English, signed in through the issuer's form when it is somebody's."""
    headers = {"Accept-Language": "en"}
    async with httpx.AsyncClient(base_url=stack.address, headers=headers, timeout=30) as browser:
        if username is not None:
            leaving = await browser.get("/auth/sign-in", params={"next": f"/apps/{APP}"})
            landed = await fill_in_form(browser, leaving.headers["location"], username, f"demo-{username}")
            back = await browser.get(landed)
            assert back.headers["location"] == f"/apps/{APP}"
        yield browser


async def test_anybody_finds_an_app_and_reads_why_to_trust_it(stack: Stack) -> None:
    """The address of the store is the apps page; an app's page has its verdicts, law and facts in the HTML itself."""
    async with browser_of(stack) as browser:
        apps = await eventually(
            lambda: browser.get("/"), lambda page: f"/apps/{APP}" in page.text, 20, "the app is listed"
        )
        found = await browser.get("/", params={"q": "vectors"})
        app = await eventually(
            lambda: browser.get(f"/apps/{APP}"), lambda page: "Apache-2.0" in page.text, 20, "the app is scored"
        )
    assert (apps.status_code, f"/apps/{APP}" in found.text) == (200, True)
    for truth in ("Five criteria", "Open Source", "Technical facts", f"appstore deploy {APP}"):
        assert truth in app.text


async def test_a_team_follows_its_deployment_and_nobody_else_does(stack: Stack, demi: Person) -> None:
    """A member's page goes from waiting to healthy by reloads alone; a stranger gets 403, somebody unknown 401."""
    operation = await demi.store.deployments.request(APP, environment="test", name="pages-qdrant")
    address = f"/deployments/{operation.subject.deployment}"
    async with browser_of(stack, "demi") as member, browser_of(stack, "wout") as stranger, browser_of(stack) as nobody:
        healthy = await eventually(
            lambda: member.get(address), lambda page: "is healthy" in page.text, 60, "the page says that it is healthy"
        )
        answers = [(await one.get(address)).status_code for one in (stranger, nobody)]
        links = [address in (await one.get(f"/apps/{APP}")).text for one in (member, stranger, nobody)]
    assert (healthy.status_code, healthy.headers["cache-control"], answers) == (200, "no-store", [403, 401])
    assert links == [True, False, False]
    for truth in ("Demi Demo", "Compliance allowed it", "1 ready"):
        assert truth in healthy.text


async def test_the_stream_of_a_page_is_open_to_its_own_session(stack: Stack, demi: Person) -> None:
    """The cookie that shows the page also opens its stream, which names the events the page waits for."""
    async with browser_of(stack, "demi") as browser:
        operation = await demi.store.deployments.request(APP, environment="acceptance", name="pages-live")
        types = "DeploymentProgressed,DeploymentSucceeded"
        stream = f"/api/v1/events?deployment={operation.subject.deployment}&types={types}"
        seen: list[str] = []
        async with browser.stream("GET", stream) as answer:
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    seen.append(value)
                if value == "DeploymentSucceeded":
                    break
    assert "DeploymentProgressed" in seen
    assert set(seen) <= {"hello", "DeploymentProgressed", "DeploymentSucceeded"}
