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
        if not length.isdigit() or int(length) > self.limit:
            await problem_response(request, Problem("body-too-large", limit=self.limit))(scope, receive, send)
            return
        taken, refused = 0, False

        async def counted() -> Message:
            nonlocal taken, refused
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.limit:
                refused = True
                raise Problem("body-too-large", limit=self.limit)
            return message

        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            if refused and not started:
                # What the application makes of a body that ended half-way is not what went wrong.
                return
            started = True
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except Problem:
            if not refused or started:
                raise
        if refused and not started:
            await problem_response(request, Problem("body-too-large", limit=self.limit))(scope, receive, send)
