"""An operation: what somebody asked for, followed to its end. Its id is the correlation id of everything that follows.

`submit` stores it; its status is computed from the read models when it is read, because several writers make it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from contracts.deployments.reasons import ClosedOutcome
from contracts.held import SkippedByOperator
from contracts.topics import DEPLOYMENT_REQUESTS, EVIDENCE_REQUESTS, REVIEW_REQUESTS, Topic
from services.gateway.readmodels.deployment import status_of
from services.gateway.readmodels.store import ReadModels

OPERATIONS = "operations"
Kind = Literal[
    "deploy",
    "upgrade",
    "configure",
    "scale",
    "restart",
    "roll-back",
    "pause",
    "resume",
    "cancel",
    "remove",
    "add-evidence",
    "review",
]
ABOUT_OTHERS: Mapping[str, str] = {"add-evidence": "evidence", "review": "review"}
"""What an operation is about, unless it is about a deployment."""
REQUESTED_ON: Mapping[str, Topic] = {"add-evidence": EVIDENCE_REQUESTS, "review": REVIEW_REQUESTS}
"""Where an operation's request went, unless it is about a deployment."""
ANSWERED_BY: Mapping[str, str] = {
    DEPLOYMENT_REQUESTS.name: "deployer",
    EVIDENCE_REQUESTS.name: "compliance",
    REVIEW_REQUESTS.name: "community",
}
"""Which service owes the answer to the requests on a topic."""
ENDED = frozenset({"succeeded", "rejected", "failed", "rolled-back", "cancelled"})


@dataclass(frozen=True)
class Operation:
    """A request that was stored. `subject` is the id of the deployment, evidence or review it is about."""

    id: str
    kind: Kind
    subject: str
    generation: int
    app: str
    app_name: str
    version: str | None
    person: str
    team: str | None
    team_slug: str | None
    requested_at: datetime
    new: bool = field(default=False, compare=False)
    """Whether it was stored just now, by the request in hand."""

    def document(self) -> dict[str, Any]:
        """As stored."""
        fields = asdict(self)
        del fields["new"]
        return {"_id": fields.pop("id"), **fields}

    @staticmethod
    def of(document: dict[str, Any]) -> "Operation":
        """As read back."""
        fields = dict(document)
        return Operation(id=fields.pop("_id"), **fields)


@dataclass(frozen=True)
class Standing:
    """How an operation stands: its status in DESIGN's words, and the document that says so."""

    status: str
    found: dict[str, Any] | None

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in ENDED


JUST_ACCEPTED = Standing("accepted", None)
"""How an operation stands at the moment of its 202."""


async def standing_of(operation: Operation, models: ReadModels) -> Standing:
    """How an operation stands now."""
    if operation.kind == "add-evidence":
        found = await models.evidence(operation.subject)
        status = "accepted" if found is None else "succeeded" if found["recorded"] else "rejected"
    elif operation.kind == "review":
        found = await models.review(operation.subject)
        status = "accepted" if found is None else "succeeded" if found["published"] else "rejected"
    else:
        found = await models.deployment(operation.subject)
        status = status_of(found, operation.generation)
    if status not in ENDED:
        return await _open_or_stuck(status, found, operation, models)
    return Standing(status, found)


async def _open_or_stuck(
    status: str, found: dict[str, Any] | None, operation: Operation, models: ReadModels
) -> Standing:
    """Whether an operation without an end waits for an operator, or never gets one because its request was skipped."""
    topic = REQUESTED_ON.get(operation.kind, DEPLOYMENT_REQUESTS)
    place = (topic.name, operation.subject)
    if await models.is_held(operation.id, place, operation.generation, begun=status != "accepted"):
        return Standing("held", found)
    gone = await models.skipped_unread(place, operation.generation, ANSWERED_BY[topic.name])
    if gone is None:
        return Standing(status, found)
    if operation.kind in ABOUT_OTHERS:
        return Standing("rejected", {"code": SkippedByOperator.code, "at": gone["at"]})
    final = {"outcome": ClosedOutcome.UNDECIDED.value, "at": gone["at"]}
    ends = {**(found or {}).get("finals", {}), str(operation.generation): final}
    return Standing("failed", {**(found or {}), "finals": ends})
