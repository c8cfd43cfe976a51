"""A deployment as its team sees it, and the events that brought it there."""

from datetime import datetime
from typing import Any

from pydantic import Field

from appstore_client.models.base import ApiModel
from appstore_client.models.operation import Objection


class DeployedApp(ApiModel):
    """The app a deployment is of."""

    id: str
    name: str
    title: str | None = None


class Environment(ApiModel):
    """Where a deployment runs."""

    name: str
    cluster: str | None = None
    namespace: str | None = None


class Team(ApiModel):
    """The team a deployment belongs to."""

    id: str
    slug: str


class Failure(ApiModel):
    """Why a deployment failed, whose turn it is, and what to do."""

    cause: str
    fault: str | None = None
    title: str = ""
    detail: str | None = None
    params: dict[str, Any] = Field(default_factory=dict)
    next: tuple[str, ...] = ()


class Deployment(ApiModel):
    """One deployment; `status` is that of its newest request."""

    id: str
    name: str
    app: DeployedApp
    version: str | None = None
    environment: Environment
    team: Team
    generation: int | None = None
    revision: int | None = None
    status: str
    since: datetime | None = None
    address: str | None = None
    replicas: Any = None
    removed: bool = False
    failure: Failure | None = None
    objections: tuple[Objection, ...] = ()
    operations: tuple[str, ...] = ()


class Actor(ApiModel):
    """Who set something off."""

    id: str
    name: str | None = None


class TimelineEntry(ApiModel):
    """One event as people read it: what happened, where, and how long after the one before."""

    id: str
    type: str
    event: str
    service: str
    time: datetime
    hlc: str | None = None
    gap_seconds: float | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    actor: Actor | None = None
    deployment: str | None = None
    app: str | None = None
    sentence: str = ""
    code: str | None = None
    params: dict[str, Any] | None = None
    sequence: int | str | None = None
    topic: str | None = None
    key: str | None = None
