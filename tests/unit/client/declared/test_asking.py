"""What a plan says is asked a few at a time, taken away last, and waited for within a bound."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from appstore_client import AppStore
from appstore_client.declared.asking import AT_ONCE, Asking
from appstore_client.declared.plan import Action, Choices, Step, make_plan

from tests.unit.client.declared.deployments import declared, deployment, wish
from tests.unit.client.samples import OPERATION


@dataclass
class Answering:
    """A gateway that accepts everything but what `refuses` names, and ends nothing before `looks` looks."""

    refuses: set[str] = field(default_factory=set)
    looks: int = 0
    now: int = 0
    most: int = 0
    asked: list[tuple[str, Any]] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.005)
        self.now -= 1
        if request.method == "GET":
            self.looks -= 1
            ended = self.looks < 0
            return httpx.Response(200, json=OPERATION | {"ended": ended, "status": "succeeded" if ended else "running"})
        body = json.loads(request.content or b"{}")
        self.asked.append((request.method, body))
        if body.get("name") in self.refuses:
            return httpx.Response(422, json={"title": "No", "code": "invalid-fields", "status": 422})
        return httpx.Response(202, json=OPERATION)

    def store(self) -> AppStore:
        """A client of it."""
        return AppStore("http://127.0.0.1:1", http=httpx.AsyncClient(transport=httpx.MockTransport(self)))


def steps(*names: str, gone: str | None = None) -> list[Step]:
    """New deployments, and one that is no longer declared."""
    there = [deployment(wish(declaredBy="mine"), name=gone)] if gone else []
    return make_plan([declared(name=name) for name in names], there, Choices(source="mine", prune=True)).steps


async def test_only_so_many_are_asked_at_once() -> None:
    """Forty are all asked, eight at a time."""
    api = Answering()
    async with api.store() as store:
        outcomes = await Asking(store, "mine", {}).ask(steps(*(f"n{number}" for number in range(40))))
    assert len(api.asked) == len(outcomes) == 40
    assert 1 < api.most <= AT_ONCE
    assert {body["declaredBy"] for _, body in api.asked} == {"mine"}


async def test_what_is_taken_away_comes_last() -> None:
    """And not at all when something else could not be asked."""
    for refuses, methods in ((set[str](), ["POST", "POST", "DELETE"]), ({"b"}, ["POST", "POST"])):
        api = Answering(refuses)
        async with api.store() as store:
            outcomes = await Asking(store, "mine", {}).ask(steps("a", "b", gone="old"))
        assert [method for method, _ in api.asked] == methods
        assert sum(one.problem is not None for one in outcomes) == len(refuses)


async def test_the_end_is_waited_for() -> None:
    """Until it ended, or the time is over."""
    for looks, within, ended in ((1, 20.0, True), (1_000_000, 0.05, False)):
        api = Answering(looks=looks)
        async with api.store() as store:
            asking = Asking(store, None, {})
            (outcome,) = await asking.wait(await asking.ask(steps("a")), within)
        assert outcome.operation is not None
        assert (outcome.operation.ended, outcome.step.action) == (ended, Action.CREATE)


async def test_what_is_under_way_is_waited_for_too() -> None:
    """Whoever applies again after the time was over gets the end of what was asked then."""
    api = Answering(looks=1)
    there = deployment(wish(declaredBy="mine"), status="running", operations=["first", str(OPERATION["id"])])
    async with api.store() as store:
        asking = Asking(store, "mine", {})
        outcomes = await asking.ask(make_plan([declared()], [there], Choices(source="mine")).steps)
        (outcome,) = await asking.wait(outcomes, 20.0)
    assert api.asked == []
    assert outcome.operation is not None
    assert (outcome.step.action, outcome.operation.status) == (Action.SAME, "succeeded")
