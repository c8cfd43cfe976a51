"""What an API server's refusal means to the deployer: whose object it is, what to do about it, or only "not now".

`connection.py` raises `ApiRefused`; `applying.py` and `removing.py` turn it into what the port promises.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chassis.errors import NotNow
from services.deployer.ports import FieldConflict, ObjectRefused

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT, GONE, INVALID, TOO_MANY = 401, 403, 404, 409, 410, 422, 429
_SERVER_TROUBLE = 500
_LONGEST_MESSAGE = 1000
_NO_SUCH_RESOURCE = "the server could not find the requested resource"
_NOT_TYPED = "failed to create typed patch object"
"""The API server answers 500 with this when a manifest has a field that its schema does not know."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong, by field."""

    reason: str
    field: str
    message: str


class ApiRefused(Exception):  # noqa: N818 - the API server's word
    """The API server answered with a Status that is no success."""

    def __init__(self, status: int, reason: str, message: str, causes: tuple[Cause, ...] = ()) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status, self.reason, self.message, self.causes = status, reason, message, causes

    @classmethod
    def of(cls, status: int, body: Mapping[str, Any]) -> "ApiRefused":
        """From a Status object; a body of anything else has no reason and no message."""
        details = body.get("details") or {}
        causes = tuple(
            Cause(str(one.get("reason", "")), str(one.get("field", ".")), str(one.get("message", "")))
            for one in details.get("causes") or ()
        )
        return cls(status, str(body.get("reason", "")), str(body.get("message", ""))[:_LONGEST_MESSAGE], causes)

    def has_cause(self, reason: str) -> bool:
        """Whether one of the causes has this reason."""
        return any(cause.reason == reason for cause in self.causes)

    @property
    def is_unserved(self) -> bool:
        """Whether the server knows no such kind: its answer is no Status then, or one about no object at all."""
        return self.status == NOT_FOUND and self.message in ("", _NO_SUCH_RESOURCE)

    @property
    def is_stale(self) -> bool:
        """Whether what was read is no longer what is there."""
        return self.status == CONFLICT and not self.has_cause("FieldManagerConflict")


def as_port_says(refused: ApiRefused, kind: str, name: str) -> Exception:
    """The error of the port for a write of one object that was refused."""
    if refused.has_cause("FieldManagerConflict"):
        fields = tuple((cause.field, cause.message) for cause in refused.causes)
        return FieldConflict(kind, name, fields)
    if refused.status == FORBIDDEN:
        return _forbidden(refused, kind, name)
    if refused.status == INVALID or (refused.status == _SERVER_TROUBLE and _NOT_TYPED in refused.message):
        field = refused.causes[0].field if refused.causes else "."
        return ObjectRefused(kind, name, field, refused.causes[0].message if refused.causes else refused.message)
    if refused.status in {CONFLICT, UNAUTHORIZED, NOT_FOUND, TOO_MANY} or refused.status >= _SERVER_TROUBLE:
        return NotNow(f"the cluster can't take {kind} {name} now: {refused.message or refused.status}")
    return ObjectRefused(kind, name, ".", refused.message)


def _forbidden(refused: ApiRefused, kind: str, name: str) -> Exception:
    """403 is a missing right of ours (RBAC names the user), a namespace that is going, or what admission denied."""
    if refused.has_cause("NamespaceTerminating"):
        return NotNow(f"the cluster can't take {kind} {name} now: its namespace is being removed")
    if 'User "' in refused.message and " cannot " in refused.message:
        return NotNow(f"the deployer's account in the cluster lacks a right: {refused.message}")
    return ObjectRefused(kind, name, ".", refused.message)
