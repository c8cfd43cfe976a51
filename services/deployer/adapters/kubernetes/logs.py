"""What the containers of a deployment write, read from the nodes through the API server; nothing of it is kept.

Only pods that the deployment's own workload made are read: a label that somebody copied shows nobody's lines. Bounded
in pods, lines and bytes; a container that did not start has no lines.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import aiohttp

from chassis.errors import NotNow
from contracts.deployments.logs import LONGEST_LINE, MOST_LINES, LogLine, LogLines
from services.deployer.adapters.kubernetes.answers import FORBIDDEN, NOT_FOUND, ApiRefused
from services.deployer.adapters.kubernetes.connection import REQUEST_SECONDS, Connection
from services.deployer.adapters.kubernetes.kinds import DEPLOYMENT_KIND, POD, REPLICA_SET
from services.deployer.adapters.kubernetes.newest_lines import NewestLines
from services.deployer.adapters.kubernetes.observing import split
from services.deployer.adapters.kubernetes.watches import Watches
from services.deployer.domain.log import LogWish, newest

MOST_SOURCES = 20
"""Containers that are read at once, the newest pods first."""
READ_SECONDS = REQUEST_SECONDS
"""For one container in one look."""
_BAD_REQUEST = 400


async def read_logs(watches: Watches, deployment: str, wish: LogWish) -> LogLines:
    """The lines that are wanted. Raises NotNow."""
    sources = list(_sources(watches, deployment, wish))
    read = await asyncio.gather(*(_of_one(watches.connection, *one, wish) for one in sources[:MOST_SOURCES]))
    found = [line for lines, _ in read for line in lines if wish.wants(line)]
    cut = len(sources) > MOST_SOURCES or any(more for _, more in read)
    return newest(found, MOST_LINES if wish.since else wish.tail, cut=cut)


def _sources(watches: Watches, deployment: str, wish: LogWish) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The pods of the deployment, the newest first, each with a container."""
    workload = next((seen.object for seen in watches.of(DEPLOYMENT_KIND).of_deployment(deployment)), None)
    if workload is None:
        return
    sets = [seen.object for seen in watches.of(REPLICA_SET).of_deployment(deployment)]
    newest_pods, older = split(workload, sets, [seen.object for seen in watches.of(POD).of_deployment(deployment)])
    for pod in [*reversed(newest_pods), *reversed(older)]:
        for status in (pod.get("status") or {}).get("containerStatuses") or ():
            if wish.container in (None, status["name"]):
                yield pod["metadata"], str(status["name"])


async def _of_one(
    connection: Connection, pod: Mapping[str, Any], container: str, wish: LogWish
) -> tuple[list[LogLine], bool]:
    after = wish.after.get((pod["name"], container))
    since = after or wish.since
    query = {"container": container, "timestamps": "true"}
    query |= {"sinceTime": _second(since)} if since else {"tailLines": str(wish.tail)}
    if wish.previous:
        query["previous"] = "true"
    try:
        read = await read_newest(connection, pod["namespace"], pod["name"], query, after)
    except NotThere:
        return [], False
    return list(read_lines(read.text, pod["name"], container)), read.cut


class NotThere(Exception):  # noqa: N818 - reads as the answer it is
    """There is no such log: the pod is gone, or the container did not start."""


async def read_newest(
    connection: Connection, namespace: str, pod: str, query: Mapping[str, str], after: str | None = None
) -> NewestLines:
    """The end of a log as the node gives it, later than `after`. Raises NotThere and NotNow."""
    try:
        return await _bounded(connection, f"{POD.path(namespace, pod)}/log", query, after)
    except ApiRefused as refused:
        if refused.status in (_BAD_REQUEST, NOT_FOUND):
            raise NotThere from refused
        why = "the deployer lacks a right" if refused.status == FORBIDDEN else "the node does not give the log"
        message = f"{why}: {refused.message}"
        raise NotNow(message) from refused


async def _bounded(connection: Connection, path: str, query: Mapping[str, str], after: str | None) -> NewestLines:
    """All of it goes by, because its end is what is wanted; what came when the time is up has to do."""
    read = NewestLines(after)
    try:
        async with asyncio.timeout(READ_SECONDS), connection.stream(path, query, REQUEST_SECONDS) as content:
            async for part in content.iter_any():
                read.take(part)
    except (aiohttp.ClientError, TimeoutError) as error:
        if read.text:
            read.cut = True
            return read
        message = f"the node does not give the log ({type(error).__name__})"
        raise NotNow(message) from error
    return read


def read_lines(text: bytes, pod: str, container: str) -> Iterator[LogLine]:
    """The lines of a log with timestamps. Of a text that was cut off the half line at its end is left out. Pure."""
    lines = text.decode("utf-8", "replace").split("\n")
    for line in lines[:-1]:
        at, _, said = line.partition(" ")
        if at:
            yield LogLine(pod=pod, container=container, at=at[:40], text=said.rstrip("\r")[:LONGEST_LINE])


def _second(moment: str) -> str:
    """Without its fraction: the API takes whole seconds, and what was read is left out by `wants`."""
    return datetime.fromisoformat(moment[:19] + "+00:00").strftime("%Y-%m-%dT%H:%M:%SZ")
