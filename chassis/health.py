"""The three addresses every service has, on a port of its own: /health, /ready and /metrics.

`/health` says the process lives; `/ready` says whether it can do its work and if not why; figures come from telemetry.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from prometheus_client import Gauge, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis import telemetry


@dataclass
class Readiness:
    """What stands between this process and its work. Each part sets and clears a reason under its own name."""

    service: str
    epoch: str = ""
    _reasons: dict[str, str] = field(default_factory=lambda: {"start": "starting"})
    _notes: dict[str, str] = field(default_factory=dict)

    def set(self, part: str, reason: str) -> None:
        """Say why `part` can't work now, in words an operator understands."""
        self._reasons[part] = reason

    def clear(self, part: str) -> None:
        """`part` works."""
        self._reasons.pop(part, None)

    def note(self, part: str, text: str) -> None:
        """Say what an operator should know of `part` though it does its work."""
        self._notes[part] = text

    def unnote(self, part: str) -> None:
        """There is nothing to know of `part`."""
        self._notes.pop(part, None)

    @property
    def ready(self) -> bool:
        """Whether nothing stands in the way."""
        return not self._reasons

    def report(self) -> dict[str, Any]:
        """The body of /ready."""
        return {
            "service": self.service,
            "ready": self.ready,
            "reasons": sorted(self._reasons.values()),
            "notes": sorted([*self._notes.values(), *self._of_held()]),
            "epoch": self.epoch,
            "role": "leader" if _value(telemetry.LEADER) else "standby",
            "term": _value(telemetry.TERM),
            "partitions": _value(telemetry.PARTITIONS),
            "lag": _value(telemetry.LAG),
            "backlog": _value(telemetry.BACKLOG),
            "held": _value(telemetry.HELD),
            "oldestHeldSeconds": _value(telemetry.HELD_OLDEST),
            "waiting": _value(telemetry.WAITING),
        }

    def _of_held(self) -> list[str]:
        """A held message stops its own key and nothing else."""
        if not (held := _value(telemetry.HELD)):
            return []
        oldest = _value(telemetry.HELD_OLDEST)
        return [f"held: {held} messages, the oldest for {oldest} s; appstore held list {self.service}"]


def _value(gauge: Gauge) -> int:
    return int(next(iter(gauge.collect())).samples[0].value)


def health_app(readiness: Readiness) -> Starlette:
    """The three routes as an ASGI application."""

    async def health(_: Request) -> Response:
        return JSONResponse({"service": readiness.service, "alive": True})

    async def ready(_: Request) -> Response:
        return JSONResponse(readiness.report(), status_code=200 if readiness.ready else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(telemetry.REGISTRY), media_type="text/plain; version=0.0.4")

    return Starlette(routes=[Route("/health", health), Route("/ready", ready), Route("/metrics", metrics)])


class EmbeddedServer(uvicorn.Server):
    """uvicorn inside a process that handles its own signals. It waits to be ended; uvicorn looks ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Serve no longer."""
        self.should_exit = True
        self._ended.set()

    async def main_loop(self) -> None:
        """Serve until the end."""
        await self.on_tick(0)
        await self._ended.wait()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to `chassis.run`."""
        yield


@asynccontextmanager
async def serving(
    app: Any, host: str, port: int, *, stopping: Callable[[], None] | None = None, grace: float = 3
) -> AsyncIterator[None]:
    """Serve an ASGI application until the block ends, then let requests in hand finish for `grace` seconds."""
    server = EmbeddedServer(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=int(grace),
            server_header=False,
            date_header=False,
            limit_concurrency=4096,
            h11_max_incomplete_event_size=64 * 1024,
        )
    )
    task = asyncio.ensure_future(server.serve())
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    if task.done():
        task.result()
        message = f"could not listen on {host}:{port}"
        raise OSError(message)
    try:
        yield
    finally:
        if stopping is not None:
            stopping()
        server.end()
        await asyncio.wait({task}, timeout=grace + 1)
