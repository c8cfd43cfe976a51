"""What people write, who they are, and what is secret: where it may be seen, and that it is seen nowhere else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from appstore_client.problem import Problem

from contracts import topics
from infra.local.issuer.sign_in import SignInFailedError, sign_in
from infra.local.stack import Stack, start
from tests.e2e.app_folder import write_app
from tests.e2e.bare_kafka import send
from tests.e2e.command import Terminal
from tests.e2e.eventually import eventually
from tests.e2e.everywhere import logs, on_the_log, shown_by
from tests.e2e.own_cluster import write_cluster
from tests.e2e.person import Person, signed_in

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]
PARAMETERS = """\
parameters:
  - name: password
    title: {nl: Wachtwoord, en: Password}
    env: PASSWORD
    secret: true
    required: true
  - name: session-key
    title: {nl: Sessiesleutel, en: Session key}
    env: SESSION_KEY
    secret: true
    generated: true
"""
NAMES = ("Demi Demo", "Cato Demo", "Anouk Demo", "demo-demi", "demo-anouk")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def kept(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A stack of this file's own: it gets malformed messages, and loses its broker."""
    environment = {"APPSTORE_CLUSTER_FILE": str(write_cluster(tmp_path_factory.mktemp("cluster")))}
    async with start(home=tmp_path_factory.mktemp("kept"), environment=environment) as stack:
        write_app(stack.home.apps, "locked", parameters=PARAMETERS)
        async with signed_in(stack, "demi") as demi:
            await eventually(
                demi.store.apps.list_all,
                lambda cards: {card.name for card in cards if card.score} >= {"locked", "qdrant"},
                within=30,
                what="the apps have a score",
            )
        yield stack


async def test_a_secret_travels_and_is_seen_nowhere(kept: Stack, tmp_path: Path) -> None:
    """Given on standard input, it gets the app healthy; no log, topic, answer, figure or database shows it."""
    canary = f"canary-{uuid4().hex}"
    terminal = Terminal(kept.address, tmp_path)
    await terminal.login("demi")
    ran = await terminal.appstore("deploy", "locked", "--secret-from-file", "password=-", stdin=f"{canary}\n")
    assert ran.code == 0, ran.said
    refused = await terminal.appstore("deploy", "locked", "--name", "other", "--secret", f"password={canary}")
    assert refused.code == 2, refused.said
    assert canary not in ran.said + refused.said
    async with signed_in(kept, "demi") as demi:
        (found,) = (await demi.store.deployments.list()).items
        answers = [await demi.send("GET", f"/deployments/{found.id}{more}") for more in ("", "/timeline", "/revisions")]
    assert all(answer.status_code == 200 for answer in answers)
    assert not [answer.url for answer in answers if canary in answer.text]
    assert await shown_by(canary, kept) == []


async def test_no_input_is_told_where_it_does_not_belong(kept: Stack) -> None:
    """One canary through every input: tokens, cookies, keys, fields, passwords, forms, messages; no place tells it."""
    canary = f"canary-{uuid4().hex}"
    async with signed_in(kept, "demi") as demi:
        answers = await _through_the_api(demi, canary)
        answers += await _through_secret_headers(demi, canary)
        answers += await _through_forms(kept, demi.http, canary)
    for topic in topics.ALL:
        await send(kept.kafka, topic.name, f'{{"broken": "{canary}'.encode(), key=None)
    with pytest.raises(SignInFailedError):
        await sign_in(kept.issuer, "demi", canary)
    await eventually(
        lambda: _told_as_held(kept), lambda count: count >= 8, within=20, what="services put the broken messages aside"
    )
    assert answers
    assert all(answer.status_code != 500 for answer in answers), [answer.url for answer in answers]
    seen = await shown_by(canary, kept, stored=False)
    # The broken messages themselves lie where they were put; what services say of them must not repeat them.
    assert [place for place in seen if place not in {topic.name for topic in topics.ALL}] == []
    told = [content async for _, content in on_the_log(kept) if b"ce_id" in content]
    assert told
    assert not [content for content in told if canary.encode() in content]


async def test_who_is_erased_stays_erased(kept: Stack, tmp_path: Path) -> None:
    """A review's author is a former member in API, page and timeline, also after the log was lost and filled again."""
    async with signed_in(kept, "cato") as cato, signed_in(kept, "anouk") as anouk:
        words = f"words-{uuid4().hex}"
        await cato.ended(await cato.store.apps.review("qdrant", rating=3, text=words))
        (review,) = (await cato.store.apps.reviews("qdrant")).items
        assert (review.text, review.author.name) == (words, "Cato Demo (compliance officer)")
        with pytest.raises(Problem):
            await cato.store.people.erase((await anouk.store.people.me()).person)

        terminal = Terminal(kept.address, tmp_path)
        await terminal.login("anouk")
        done = await terminal.appstore("person", "erase", review.author.id, "--yes")
        assert done.code == 0, done.said

        await _is_a_former_member(anouk, words)
        assert (await cato.send("GET", "/me")).status_code == 401
        await kept.kill("broker")
        await kept.ready()
        await _is_a_former_member(anouk, words)

    async def voided() -> bool:
        return not [
            content async for _, content in on_the_log(kept, [topics.PERSON_KEYS.name]) if b'"wrapped"' in content
        ]

    await eventually(voided, bool, within=20, what="the topic of keys has no key of anybody")
    assert await shown_by(words, kept) == []


async def test_nobody_is_named_on_the_log(kept: Stack) -> None:
    """After all of this no event, no message and no log holds a name or a password of anybody."""
    seen = [place async for place, content in on_the_log(kept) if any(name.encode() in content for name in NAMES)]
    seen += [place for place, content in logs(kept) if any(name.encode() in content for name in NAMES)]
    # Not a log: what `make up` shows at the terminal, where it says as whom one can sign in to the demo.
    assert [place for place in seen if place != "log stack.log"] == []


async def _is_a_former_member(reader: Person, words: str) -> None:
    for language, name in (("en", "Former member"), ("nl", "Voormalig lid")):
        answer = await reader.send("GET", "/apps/qdrant/reviews", headers={"Accept-Language": language})
        (shown,) = answer.json()["items"]
        assert (shown["text"], shown["author"]["name"], shown["author"]["former"]) == (None, name, True)
        page = await reader.http.get(f"{reader.address}/apps/qdrant", headers={"Accept-Language": language})
        assert name in page.text
        assert words not in page.text
        assert "Cato" not in page.text


async def _told_as_held(stack: Stack) -> int:
    count = 0
    async for _, content in on_the_log(stack, [topic.name for topic in topics.HELD_MESSAGES.values()]):
        count += b"nl.appstore.message.held.v1" in content
    return count


async def _through_the_api(demi: Person, canary: str) -> list[httpx.Response]:
    """Every parameter and every field of every route, as the API's own document names them."""
    document = (await demi.http.get(f"{demi.address}/api/v1/openapi.json")).json()
    requests: list[tuple[str, str, dict[str, Any]]] = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path == "/events" and method == "get":
                continue
            parameters = operation.get("parameters", [])
            place = path
            for parameter in parameters:
                place = place.replace(f"{{{parameter['name']}}}", canary)
            query = {one["name"]: canary for one in parameters if one["in"] == "query"}
            headers = {one["name"]: canary for one in parameters if one["in"] == "header"}
            more: dict[str, Any] = {"params": query, "headers": headers}
            if "requestBody" in operation:
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                fields = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]["properties"]
                requests += [(method, place, {**more, "json": {name: canary}}) for name in fields]
                more["json"] = {name: {canary: canary} for name in fields}
            requests.append((method, place, more))
    assert len(requests) > 30
    return list(await asyncio.gather(*(demi.send(method.upper(), path, **more) for method, path, more in requests)))


async def _through_secret_headers(demi: Person, canary: str) -> list[httpx.Response]:
    """Tokens, cookies and the like: what is secret there is told in no answer either."""
    hidden = (
        {"Authorization": f"Bearer {canary}"},
        {"Authorization": f"Basic {canary}"},
        {"Authorization": "", "Cookie": f"appstore-session={canary}"},
        {"Authorization": "", "Cookie": f"appstore-sign-in={canary}"},
        {"Authorization": "", "X-CSRF-Token": canary, "Cookie": f"appstore-session={canary}"},
        {"traceparent": canary, "User-Agent": canary, "Origin": f"https://{canary}.example"},
        {"Last-Event-ID": canary, "Accept-Language": canary, "X-Forwarded-For": canary},
    )
    answers = [await demi.send("GET", "/me", headers=headers) for headers in hidden]
    wish = {"app": "locked", "name": "told", "secrets": {"password": canary, "nothing": canary}}
    answers.append(await demi.send("POST", "/deployments", json=wish))
    answers.append(await demi.send("POST", "/deployments", content=f'{{"secrets": "{canary}'.encode()))
    assert not [answer.url for answer in answers if canary in answer.text]
    return answers


async def _through_forms(stack: Stack, http: httpx.AsyncClient, canary: str) -> list[httpx.Response]:
    """The pages' own forms and the way back from the issuer."""
    fields = {"csrf_token": canary, "username": canary, "password": canary, "code": canary, "state": canary}
    return [
        await http.post(f"{stack.address}/auth/sign-out", data=fields),
        await http.get(f"{stack.address}/auth/callback", params=fields),
        await http.get(f"{stack.address}/auth/sign-in", params={"next": f"/{canary}"}),
        await http.get(f"{stack.address}/apps/{canary}"),
        await http.post(f"{stack.issuer}/token", data=fields),
        await http.get(f"{stack.issuer}/authorize", params=fields),
    ]
