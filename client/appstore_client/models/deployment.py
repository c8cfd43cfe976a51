"""A deployment as its team sees it, and the events that brought it there."""

from datetime import datetime
from typing import Any

from pydantic import Field

from appstore_client.models.base import ApiModel
from appstore_client.models.diagnosis import Quarantined
from appstore_client.models.drift import Drift
from appstore_client.models.operation import Objection, OperationProblem, Restored


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


class Wish(ApiModel):
    """What was asked last; `replicas` None leaves their number to the version, `secrets` are names alone."""

    intent: str
    version: str
    parameters: dict[str, str] = Field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    replicas: int | None = None
    declared_by: str | None = None


class Running(ApiModel):
    """What runs now, which is not what was asked last while that is under way or when it failed.

    `replicas` are the pods there are; `asked_replicas` is what was asked for it, None when that is the version's.
    """

    revision: int
    version: str
    parameters: dict[str, str] = Field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    replicas: int | None = None
    asked_replicas: int | None = None
    since: datetime


class Failure(ApiModel):
    """Why a deployment failed, whose turn it is, and what to do."""

    cause: str
    fault: str | None = None
    title: str = ""
    detail: str | None = None
    params: dict[str, Any] = Field(default_factory=dict)
    restored: Restored | None = None
    next: tuple[str, ...] = ()


class Deployment(ApiModel):
    """One deployment; `status` is that of its newest request, `trouble` what may become a failure of it.

    `drift` is what somebody changed by hand and is not put back yet.
    The newest decision judged at `policy_level`, where `warnings` are the gates that it let through.
    """

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
    asked: Wish | None = None
    running: Running | None = None
    stands: bool
    """Whether something of it is there or coming."""
    removed: bool = False
    kept_data: tuple[str, ...] = ()
    """The data volumes that its removal left."""
    paused: bool = False
    """Whether nothing of it runs because somebody asked so."""
    being_removed: bool = False
    failure: Failure | None = None
    trouble: Failure | None = None
    degraded: Failure | None = None
    """What is wrong now with what succeeded."""
    notices: tuple[Failure, ...] = ()
    """What works today and will not for ever."""
    quarantine: tuple[Quarantined, ...] = ()
    drift: Drift | None = None
    objections: tuple[Objection, ...] = ()
    policy_level: str | None = None
    warnings: tuple[Objection, ...] = ()
    operations: tuple[str, ...] = ()


class Actor(ApiModel):
    """Who set something off."""

    id: str
    name: str | None = None


class Revision(ApiModel):
    """One revision of a deployment: what somebody wanted, how it ended, and whether it is what runs."""

    revision: int
    generation: int
    intent: str
    version: str
    parameters: dict[str, str] = Field(default_factory=dict)
    replicas: int | None = None
    rolled_back_to: int | None = None
    requested_by: Actor | None = None
    requested_at: datetime
    started_at: datetime | None = None
    outcome: str
    ended_at: datetime | None = None
    runs: bool = False
    operation: str | None = None
    failure: OperationProblem | None = None


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
