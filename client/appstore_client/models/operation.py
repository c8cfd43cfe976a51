"""What became of a request: an operation is stored before its 202 and ends once (DESIGN, "the owner answers")."""

from datetime import datetime
from typing import Any

from pydantic import Field

from appstore_client.models.base import ApiModel
from appstore_client.models.scorecard import Reference


class Objection(ApiModel):
    """One rule that decided against a deployment, and what would change it."""

    rule: str
    rule_version: int | str | None = None
    criterion: str | None = None
    verdict: str
    title: str = ""
    message: str = ""
    legal_reference: Reference | None = None
    remedy: str | None = None


class Restored(ApiModel):
    """What runs again after a change that failed."""

    revision: int
    version: str


class OperationProblem(ApiModel):
    """Why an operation did not do what was asked; `fault` says whose turn it is, `next` what to type."""

    code: str
    title: str = ""
    detail: str | None = None
    fault: str | None = None
    params: dict[str, Any] = Field(default_factory=dict)
    objections: tuple[Objection, ...] = ()
    restored: Restored | None = None
    next: tuple[str, ...] = ()


class Subject(ApiModel):
    """What an operation is about."""

    deployment: str | None = None
    evidence: str | None = None
    review: str | None = None
    app: str | None = None
    version: str | None = None


class Operation(ApiModel):
    """One request and where it stands; `id` is also the correlation id of all its events."""

    id: str
    kind: str
    status: str
    ended: bool
    subject: Subject = Subject()
    requested_at: datetime
    ended_at: datetime | None = None
    team: str | None = None
    problem: OperationProblem | None = None
