"""Refuses a body over the limit: by its announced length at once, else as soon as too much has arrived."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.api.problems import Problem, problem_response


class BodyLimit:
    """ASGI middleware in front of everything."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        """Limit is in bytes."""
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on while it stays under the limit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        length = request.headers.get("content-length", "0")
        if not (length.isascii() and length.isdecimal()):
            await problem_response(request, Problem("bad-request"))(scope, receive, send)
            return
        if int(length[:20]) > self.limit:
            await problem_response(request, self._too_large())(scope, receive, send)
            return
        body = _Body(receive, send, self.limit, self._too_large())
        try:
            await self.app(scope, body.receive, body.send)
        except Problem:
            if body.started or not body.is_too_large:
                raise
        if body.is_too_large and not body.started:
            await problem_response(request, self._too_large())(scope, receive, send)

    def _too_large(self) -> Problem:
        return Problem("body-too-large", limit=self.limit)


class _Body:
    """A body on its way in; once too much came, nothing the application says about it goes out."""

    def __init__(self, receive: Receive, send: Send, limit: int, too_large: Problem) -> None:
        self._too_large = too_large
        self._receive = receive
        self._send = send
        self._left = limit
        self.started = False

    @property
    def is_too_large(self) -> bool:
        return self._left < 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self.is_too_large:
            raise self._too_large
        return message

    async def send(self, message: Message) -> None:
        if self.is_too_large and not self.started:
            return
        self.started = True
        await self._send(message)
