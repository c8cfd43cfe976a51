"""One request: what is tried again, what is sent along, what an error becomes."""

from collections.abc import Callable

import httpx
import pytest
from appstore_client import AppStore, FixedToken, Problem, Unreachable
from appstore_client.transport import TRIES, checked_address

from tests.unit.client.samples import OPERATION

NOW = {"Retry-After": "0"}


def store_of(answer: Callable[[httpx.Request], httpx.Response], language: str = "en") -> AppStore:
    """A client whose requests are answered by the function."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return AppStore("http://127.0.0.1", FixedToken("secret-token"), language=language, http=http)


async def test_a_request_is_repeated_under_one_key() -> None:
    """A POST answered with 503 is sent again with the same idempotency key, and two calls have two keys."""
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        return httpx.Response(503, headers=NOW) if len(keys) == 1 else httpx.Response(202, json=OPERATION)

    async with store_of(answer) as store:
        await store.deployments.request("open", environment="test")
        await store.deployments.request("open", environment="test")
    assert keys[0] == keys[1] != keys[2]


async def test_tries_are_bounded() -> None:
    """A platform that stays away ends as the problem it gave, after the last try."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(503, headers=NOW, json={"title": "t", "code": "not-ready", "fault": "platform"})

    async with store_of(answer) as store:
        with pytest.raises(Problem) as raised:
            await store.people.me()
    assert (raised.value.code, len(asked)) == ("not-ready", TRIES)


async def test_a_refused_request_is_not_repeated() -> None:
    """A 422 is raised at once, with its fields and next commands."""
    body = {
        "title": "t",
        "code": "invalid",
        "fault": "you",
        "errors": [{"field": "rating", "code": "c", "detail": "1 to 5"}],
        "next": ["appstore --help"],
    }
    answers = iter([httpx.Response(422, json=body)])
    async with store_of(lambda _: next(answers)) as store:
        with pytest.raises(Problem) as raised:
            await store.apps.review("open", rating=9, text="x")
    assert (raised.value.errors[0].field, raised.value.next) == ("rating", ("appstore --help",))


async def test_no_connection_is_unreachable() -> None:
    """A connection that fails at each try is raised as unreachable, without a token in its text."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    async with store_of(answer) as store:
        with pytest.raises(Unreachable) as raised:
            await store.people.me()
    assert "secret-token" not in f"{raised.value!r} {raised.value.details!r}"


async def test_language_token_and_wait_travel_along() -> None:
    """A request says who asks, in which language, and how long it may wait."""
    seen: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200, json=OPERATION)

    async with store_of(answer, language="nl") as store:
        await store.deployments.remove("id", wait=90)
    sent = seen[0]
    assert (sent["Accept-Language"], sent["Authorization"], sent["Prefer"]) == ("nl", "Bearer secret-token", "wait=60")


@pytest.mark.parametrize("address", ["http://apps.example.org", "ftp://127.0.0.1", "apps.example.org", "https://"])
def test_a_token_is_not_sent_in_the_open(address: str) -> None:
    """Only https, or http on this machine, is an address."""
    with pytest.raises(ValueError, match="not an https address"):
        checked_address(address)
    assert "secret" not in repr(FixedToken("secret"))
