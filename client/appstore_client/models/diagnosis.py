"""Why a deployment is not healthy, in words: the finding, what was seen, what to do, whose turn it is."""

from appstore_client.models.base import ApiModel
from appstore_client.models.operation import Restored


class Evidence(ApiModel):
    """One thing that was seen, with its name in the reader's language."""

    code: str
    name: str
    value: str


class Finding(ApiModel):
    """Why it is not healthy. `certain` is False while it may still pass."""

    cause: str
    certain: bool
    title: str
    why: str
    detail: str
    fault: str
    whose: str
    evidence: tuple[Evidence, ...] = ()
    log: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    restored: Restored | None = None


class Quarantined(ApiModel):
    """A version that failed and went back: it returns when somebody asks for it by name."""

    version: str
    revision: int
    cause: str
    title: str
    since: str


class Diagnosis(ApiModel):
    """How a deployment is: `healthy` when it is as it was asked."""

    deployment: str
    name: str
    status: str
    healthy: bool
    paused: bool = False
    finding: Finding | None = None
    quarantine: tuple[Quarantined, ...] = ()
    warnings: tuple[Finding, ...] = ()
    """What works today and will not for ever, by the cluster's own word."""
