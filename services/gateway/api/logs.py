"""What a deployment's containers write, and what its cluster tells of it: asked of the deployer while somebody waits.

Before it: who may read the team's deployments. After it: the answer, as a list or, followed, as server-sent events.
Nothing of it is kept here. Following goes on for as long as somebody listens, and an hour at most.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from chassis.ledger import new_id
from chassis.motions import Lineage
from contracts.deployments.logs import (
    MOST_LINES,
    ClusterHappenings,
    DeploymentHappeningsAsked,
    DeploymentLogAsked,
    LogLines,
)
from contracts.identifiers import DnsLabel
from contracts.refusals import Refusal
from services.gateway.api.asking import Somebody, TextsOf, WorldOf, asked
from services.gateway.api.deployments import find_deployment
from services.gateway.api.events import PING_SECONDS
from services.gateway.api.problems import Problem, tell
from services.gateway.api.shapes import Shown
from services.gateway.identity.permissions import Permission
from services.gateway.locales.texts import Texts

router = APIRouter(tags=["deployments"])
ADDRESS = "/deployments/{deployment_id}"
ANSWER_SECONDS = 7.0
"""Less than a client waits for an answer (10 seconds), so that it hears which answer did not come."""
LONGEST_SECONDS = 3600.0
"""After this a stream ends; whoever comes back is asked anew who they are."""
Container = Annotated[DnsLabel | None, Query(description="One container; all of them without it")]
Tail = Annotated[int, Query(ge=0, le=MOST_LINES, description="The newest lines")]


class LineShown(Shown):
    """One line of a container."""

    pod: str
    container: str
    at: str
    text: str


class LogShown(Shown):
    """Lines, oldest first. `cut`: there were more; `simulated`: no container wrote them."""

    items: list[LineShown]
    cut: bool
    simulated: bool
    next: str | None = None


class HappeningShown(Shown):
    """What the cluster tells of one object, in its own words."""

    at: str
    kind: str
    name: str
    warning: bool
    reason: str
    message: str
    times: int


class HappeningList(Shown):
    """Oldest first; a cluster forgets them after an hour or so."""

    items: list[HappeningShown]
    simulated: bool
    next: str | None = None


async def _asker(deployment_id: str, request: Request, world: WorldOf, person: Somebody) -> Lineage:
    """Who asks, when they may read this deployment."""
    _, team = await find_deployment(deployment_id, person, Permission.READ_DEPLOYMENTS, world)
    return asked(request, person, team, None).lineage(new_id())


Reader = Annotated[Lineage, Depends(_asker)]


@router.get(f"{ADDRESS}/logs", operation_id="getLogs", summary="What its containers wrote")
async def get_logs(
    deployment_id: str,
    world: WorldOf,
    reader: Reader,
    container: Container = None,
    tail: Tail = 100,
    previous: Annotated[bool, Query(description="The run before this one")] = False,  # noqa: FBT002
) -> LogShown:
    """The newest lines, read from the cluster now. Values of the deployment's secrets are hidden."""
    question = DeploymentLogAsked(
        question=new_id(),
        deadline=world.asker.until(ANSWER_SECONDS),
        deployment=deployment_id,
        container=container,
        tail=tail,
        previous=previous,
    )
    found: LogLines = await world.asker.ask(question, reader)
    items = [LineShown.model_validate(one) for one in _lines(found)]
    return LogShown(items=items, cut=found.cut, simulated=found.simulated)


@router.get(
    f"{ADDRESS}/logs/stream",
    operation_id="followLogs",
    summary="What its containers write, as it comes",
    response_class=EventSourceResponse,
)
async def follow_logs(
    deployment_id: str, world: WorldOf, reader: Reader, texts: TextsOf, container: Container = None, tail: Tail = 100
) -> EventSourceResponse:
    """A stream of `line` events; `refused`, a problem, says why there are no more; `end` that the time passed."""
    if world.hub.is_full:
        raise Problem("too-many-streams")
    question = DeploymentLogAsked(
        question=new_id(),
        deadline=world.asker.until(ANSWER_SECONDS),
        deployment=deployment_id,
        container=container,
        tail=tail,
        follow=True,
    )
    lines = world.asker.follow(question, reader)
    return EventSourceResponse(
        _stream(lines, texts), ping=PING_SECONDS, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )


@router.get(f"{ADDRESS}/events", operation_id="getClusterEvents", summary="What the cluster tells of its objects")
async def get_cluster_events(deployment_id: str, world: WorldOf, reader: Reader) -> HappeningList:
    """The cluster's own events about this deployment; the platform's are in its timeline."""
    question = DeploymentHappeningsAsked(
        question=new_id(), deadline=world.asker.until(ANSWER_SECONDS), deployment=deployment_id
    )
    found: ClusterHappenings = await world.asker.ask(question, reader)
    return HappeningList.model_validate(found.model_dump(by_alias=False))


async def _stream(parts: AsyncGenerator[LogLines, None], texts: Texts) -> AsyncIterator[ServerSentEvent]:
    loop = asyncio.get_running_loop()
    ending = loop.time() + LONGEST_SECONDS
    async with aclosing(parts) as following:
        try:
            while (part := await _next(following, ending)) is not None:
                for line in _lines(part):
                    yield ServerSentEvent(
                        event="line", data=orjson.dumps(line | {"simulated": part.simulated}).decode()
                    )
                    if loop.time() >= ending:
                        break
        except Refusal as refused:
            problem = tell(refused.code, refused.params, texts).body()
            yield ServerSentEvent(event="refused", data=orjson.dumps(problem).decode())
            return
    yield ServerSentEvent(event="end", data="{}")


async def _next(following: AsyncGenerator[LogLines, None], ending: float) -> LogLines | None:
    """The next part; None after the last, and when the time is over, also while nothing comes."""
    if asyncio.get_running_loop().time() >= ending:
        return None
    try:
        async with asyncio.timeout_at(ending):
            return await anext(following, None)
    except TimeoutError:
        return None


def _lines(found: LogLines) -> list[dict[str, str]]:
    return [{"pod": one.pod, "container": one.container, "at": one.at, "text": one.text} for one in found.lines]
