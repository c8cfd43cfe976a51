"""Logs and events of a deployment at the API: for its team alone, bounded, and honest when nobody answers."""

import asyncio
from collections.abc import AsyncGenerator

import httpx
import orjson
import pytest
from appstore_client.transport import TIMEOUT

from contracts.deployments.logs import ClusterHappening, ClusterHappenings, LogLine, LogLines
from contracts.questions import AnsweringIsBusy
from services.gateway.api import logs
from services.gateway.locales.texts import Texts
from tests.fakes.gateway_life import Life

LINE = LogLine(pod="docling-1", container="web", at="2026-11-24T12:00:00Z", text="listening")
LINES = LogLines(lines=(LINE,), cut=True)
HAPPENED = ClusterHappening(at="2026-11-24", kind="Pod", name="docling-1", warning=True, reason="BackOff", message="-")


async def _get(life: Life, path: str, **query: object) -> httpx.Response:
    return await life.client.get(f"{life.address}/{path}", params={key: str(one) for key, one in query.items()})


async def test_the_lines_that_the_deployer_tells_are_shown(life: Life) -> None:
    """What is asked goes along, and who asks; the answer says whether there was more and whether it is simulated."""
    life.gateway.asked.answer = LINES
    answer = await _get(life, "logs", tail=5, container="web", previous="true")
    assert answer.status_code == 200
    assert answer.json()["items"] == [LINE.model_dump()]
    assert (answer.json()["cut"], answer.json()["simulated"]) == (True, False)
    question, lineage = life.gateway.asked.questions[-1]
    assert (question.deployment, question.tail, question.container) == (life.deployment, 5, "web")
    assert (question.previous, question.follow) == (True, False)
    assert lineage is not None
    assert lineage.team is not None


async def test_what_the_cluster_tells_is_shown(life: Life) -> None:
    """In its own words, with how often and whether it is a warning."""
    life.gateway.asked.answer = ClusterHappenings(items=(HAPPENED,), simulated=True)
    answer = await _get(life, "events")
    assert (answer.json()["items"][0]["reason"], answer.json()["simulated"]) == ("BackOff", True)


@pytest.mark.parametrize("path", ["logs", "logs/stream", "events"])
async def test_only_the_team_reads(life: Life, path: str) -> None:
    """Somebody of another team is told so, and nothing is asked of the deployer."""
    before = len(life.gateway.asked.questions)
    async with life.gateway.stranger() as other:
        answer = await other.get(f"{life.address}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (403, "other-team")
    assert len(life.gateway.asked.questions) == before


async def test_what_is_asked_is_bounded(life: Life) -> None:
    """More lines than fit, or a name that is none, are refused before anything is asked."""
    assert (await _get(life, "logs", tail=1001)).status_code == 422
    assert (await _get(life, "logs", container="no name")).status_code == 422


async def test_a_refusal_is_a_problem_or_ends_the_stream(life: Life) -> None:
    """The deployer has its hands full: a problem with what to do, on a stream too, in the reader's language."""
    life.gateway.asked.answer = AnsweringIsBusy()
    assert (await _get(life, "logs")).json()["code"] == "answering-is-busy"
    for language in ("nl", "en"):
        headers = {"Accept-Language": language}
        whole = (await life.client.get(f"{life.address}/logs", headers=headers)).json()
        stream = await life.client.get(f"{life.address}/logs/stream", headers=headers)
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert "event: refused" in stream.text
        told = orjson.loads(next(one for one in stream.text.splitlines() if one.startswith("data:"))[5:])
        assert told == {name: said for name, said in whole.items() if name != "instance"}
        assert (told["status"], bool(told["title"])) == (503, True)


async def test_a_stream_ends_after_its_longest_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is an event; at the end it says so, and stops asking."""
    ended = []

    async def parts() -> AsyncGenerator[LogLines, None]:
        try:
            while True:
                yield LINES
        finally:
            ended.append(True)

    monkeypatch.setattr(logs, "LONGEST_SECONDS", 0.05)
    told = [one.event async for one in logs._stream(parts(), Texts("en"))]
    assert (set(told[:-1]), told[-1]) == ({"line"}, "end")
    assert ended


async def test_a_quiet_stream_ends_after_its_longest_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container that writes nothing more keeps nobody's stream open, and nothing is asked for it after the end."""
    ended = []

    async def parts() -> AsyncGenerator[LogLines, None]:
        try:
            yield LINES
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    monkeypatch.setattr(logs, "LONGEST_SECONDS", 0.05)
    async with asyncio.timeout(5):
        told = [one async for one in logs._stream(parts(), Texts("en"))]
    assert ([one.event for one in told], ended) == (["line", "end"], [True])


def test_a_client_waits_longer_than_the_deployer_may_take() -> None:
    """Who asks hears that no answer came in time, and does not give up before that is said."""
    assert TIMEOUT.read is not None
    assert TIMEOUT.read - logs.ANSWER_SECONDS >= 2
