"""What the audit log says of one event: who, on behalf of whom, what, when and why.

People are opaque ids, reasons are codes, and the event itself is there as the hash of its bytes: text by people stays
in the event, as ciphertext, and goes with its author's key.
"""

import hashlib
from typing import Any

from chassis.reactor import Heard
from contracts.deployments.events import DeploymentProgressed
from contracts.held import MessageRedriven, MessageSkipped
from contracts.noun import write_time

Document = dict[str, Any]

NOT_AUDITED = (DeploymentProgressed,)
"""What changes nothing: it tells how far a change is that was audited when it began."""

_CODES = ("code", "reason", "by", "cause", "fault", "outcome", "rule", "change", "reaction", "healed_by", "level")


def entry_of(heard: Heard, recorded: str) -> Document | None:
    """The entry for an event, None for one that is not audited. `recorded` is when it enters the log."""
    raw, event = heard
    if isinstance(event.data, NOT_AUDITED):
        return None
    context = event.context
    # Whoever settled a held message, not whoever once sent it.
    operators = isinstance(event.data, MessageRedriven | MessageSkipped)
    actor = event.data.person if operators else context.actor
    return {
        "event": context.id,
        "type": context.type,
        "topic": raw.topic,
        "key": context.subject,
        "sequence": context.number,
        "generation": context.generation_number or None,
        "actor": actor,
        "team": None if operators else context.team,
        "roles": None if operators else context.actorroles,
        "why": why(event.data.model_dump(mode="json", by_alias=False)),
        "time": write_time(context.time),
        "recorded": recorded,
        "correlation": context.correlationid,
        "causation": context.causationid,
        "sha256": hashlib.sha256(raw.value).hexdigest(),
    }


def why(data: Document) -> Document:
    """The codes that say why: of a refusal, a failure, a decision; the rules that objected, and that only warned."""
    codes: Document = {name: data[name] for name in _CODES if isinstance(data.get(name), str)}
    if objections := data.get("objections"):
        codes["rules"] = [objection["rule"] for objection in objections]
    if warnings := data.get("warnings"):
        codes["warned"] = [warning["rule"] for warning in warnings]
    return codes
