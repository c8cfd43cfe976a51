"""What holds for every route: bounds on address and headers, HEAD, the headers of every answer, and no silent failure.

The outermost layer of the API: also what nobody foresaw leaves here as a problem.
"""

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.api.problems import HEADERS, Problem, problem_response

LONGEST_ADDRESS = 8 * 1024
"""Bytes of path and query; the longest that is of use is a list of event types."""
MOST_HEADERS = 200
LARGEST_HEADERS = 32 * 1024
"""Bytes of all header names and values; twice the longest token that is looked at."""


class EveryAnswer:
    """ASGI middleware around the API."""

    def __init__(self, app: ASGIApp, failed: Callable[[Request, Exception], Response]) -> None:
        """Take what makes an answer of an error that no route foresaw."""
        self.app = app
        self.failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        answer = _Answer(send, request)
        refused = _too_much(scope)
        if refused is not None:
            await problem_response(request, refused)(scope, receive, answer.pass_on)
            return
        try:
            await self.app({**scope, "method": "GET"} if answer.is_head else scope, receive, answer.pass_on)
        except Exception as error:
            if answer.started:
                raise
            await self.failed(request, error)(scope, receive, answer.pass_on)


def _too_much(scope: Scope) -> Problem | None:
    if len(scope.get("raw_path") or scope["path"].encode()) + len(scope["query_string"]) > LONGEST_ADDRESS:
        return Problem("address-too-long", limit=LONGEST_ADDRESS)
    headers = scope["headers"]
    if len(headers) > MOST_HEADERS or sum(len(name) + len(value) for name, value in headers) > LARGEST_HEADERS:
        return Problem("headers-too-large", limit=LARGEST_HEADERS)
    return None


class _Answer:
    """One answer on its way out."""

    def __init__(self, send: Send, request: Request) -> None:
        self._send = send
        self._known = "authorization" in request.headers or "cookie" in request.headers
        self.is_head = request.method == "HEAD" and not request.url.path.endswith("/events")
        self.started = False

    async def pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if self._known:
                headers.setdefault("Cache-Control", "no-store")
            headers.add_vary_header("Accept-Language, Authorization, Cookie")
        elif self.is_head:
            message = {**message, "body": b""}
        await self._send(message)
