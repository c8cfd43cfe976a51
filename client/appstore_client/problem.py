"""What went wrong, as the API says it (RFC 9457) or as this client found it, always with whose turn it is.

`fault` is `you`, `app`, `configuration`, `platform` or `dependency`; `next` holds commands that help.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError

from appstore_client.models.base import ApiModel

GATEWAY_STATUSES = (502, 503, 504)
UNAUTHORISED, FORBIDDEN, NOT_FOUND, FIRST_SERVER_ERROR = 401, 403, 404, 500


class FieldError(ApiModel):
    """What is wrong with one field of a request."""

    field: str
    code: str = ""
    detail: str = ""


class ProblemDetails(ApiModel):
    """The body of a problem."""

    type: str | None = None
    title: str
    status: int | None = None
    detail: str | None = None
    code: str
    fault: str | None = None
    params: dict[str, Any] = Field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    next: tuple[str, ...] = ()


class Problem(Exception):  # noqa: N818 - the standard's word (RFC 9457)
    """A request that was not done."""

    def __init__(self, details: ProblemDetails) -> None:
        super().__init__(f"{details.code}: {details.title}")
        self.details = details

    @property
    def code(self) -> str:
        """The stable name of what went wrong."""
        return self.details.code

    @property
    def status(self) -> int | None:
        """The HTTP status; None when no answer came."""
        return self.details.status

    @property
    def title(self) -> str:
        """What went wrong, in one line."""
        return self.details.title

    @property
    def detail(self) -> str | None:
        """This case of it."""
        return self.details.detail

    @property
    def fault(self) -> str:
        """Whose turn it is."""
        if self.details.fault:
            return self.details.fault
        return "platform" if self.status is None or self.status >= FIRST_SERVER_ERROR else "you"

    @property
    def params(self) -> dict[str, Any]:
        """The values in the text, by name."""
        return self.details.params

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """What is wrong, per field."""
        return self.details.errors

    @property
    def next(self) -> tuple[str, ...]:
        """Commands that help."""
        return self.details.next


class Unreachable(Problem):
    """No usable answer came, after the bounded number of tries."""

    def __init__(self, address: str, reason: str) -> None:
        payload = {
            "title": "The App Store does not answer",
            "detail": f"{address}: {reason}",
            "code": "unreachable",
            "fault": "platform",
            "params": {"address": address, "reason": reason},
        }
        super().__init__(ProblemDetails.read(payload))


def is_away(problem: Problem) -> bool:
    """Whether the platform, or what stands before it, is not there at this moment and may be back soon."""
    return isinstance(problem, Unreachable) or problem.status in GATEWAY_STATUSES


def read_problem(status: int, body: object, reason: str) -> Problem:
    """Return the problem in an error answer; a body that is none (a proxy's page) becomes `http-<status>`."""
    if isinstance(body, Mapping):
        try:
            return Problem(ProblemDetails.read({"status": status, **body}))
        except ValidationError:
            pass
    payload = {"title": reason or f"HTTP {status}", "status": status, "code": f"http-{status}"}
    return Problem(ProblemDetails.read(payload))
