"""Keeps what a server was sent to change something, before anything reads it."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class Received:
    """One request."""

    method: str
    url: str
    headers: dict[str, str]
    body: Any


class Recorder:
    """An ASGI middleware that hands on what it keeps."""

    def __init__(self, app: ASGIApp, received: list[Received]) -> None:
        """Take the application, and the list to keep requests in."""
        self._app = app
        self._received = received

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Keep the request, then let the application answer it."""
        if scope["type"] != "http" or scope["method"] == "GET":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        content = await request.body()
        is_json = request.headers.get("content-type") == "application/json"
        body = json.loads(content) if content and is_json else None
        self._received.append(Received(request.method, str(request.url), dict(request.headers), body))
        sent = False

        async def again() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": content, "more_body": False}

        await self._app(scope, again, send)
