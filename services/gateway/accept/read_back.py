"""A restore read an own request back from the log: its operation, so that who asked finds it, and its claim on a name.

What an operation shows and no event carries (a team's readable name, an app's name beside evidence) is taken from other
operations of that team or app, and from the read models. The Idempotency-Key it came with is only in the backup.
"""

from typing import Any

from chassis.ledger import Motion
from contracts.compliance.requests import EvidenceSubmitted
from contracts.deployments.requests import DeploymentCancelRequested, DeploymentRemovalRequested, DeploymentRequested
from contracts.envelope import Event
from services.gateway.accept.name_claim import put_claim
from services.gateway.accept.operation import OPERATIONS, Operation
from services.gateway.readmodels.app import APPS

Document = dict[str, Any]


async def restore_request(event: Event[Any], motion: Motion) -> None:
    """Make the operation of a request if it is not there, and its claim if it holds a name."""
    asked = event.data
    if isinstance(asked, DeploymentRequested):
        put_claim(motion, asked.deployment, asked.environment, asked.name, asked.app, event.context.number)
    operations = motion.collection(OPERATIONS)
    if event.context.actor is None or await operations.get(event.context.correlationid) is not None:
        return
    operation = await _operation(event, event.context.actor, motion)
    await operations.insert(operation.document())


async def _operation(event: Event[Any], person: str, motion: Motion) -> Operation:
    context, asked = event.context, event.data
    earlier = await _one(motion, {"subject": asked.key}) or {}
    app = str(getattr(asked, "app", None) or earlier.get("app", ""))
    team = await _one(motion, {"team": context.team}) if context.team else None
    return Operation(
        id=context.correlationid,
        kind=_kind(asked),
        subject=asked.key,
        generation=context.number,
        app=app,
        app_name=await _app_name(asked, app, earlier, motion),
        version=getattr(asked, "version", None) or earlier.get("version"),
        person=person,
        team=context.team,
        team_slug=team["team_slug"] if team else None,
        requested_at=context.time,
    )


def _kind(asked: Any) -> Any:
    match asked:
        case DeploymentRequested():
            return asked.intent.value
        case DeploymentRemovalRequested():
            return "remove"
        case DeploymentCancelRequested():
            return "cancel"
        case EvidenceSubmitted():
            return "add-evidence"
        case _:
            return "review"


async def _app_name(asked: Any, app: str, earlier: Document, motion: Motion) -> str:
    if isinstance(asked, DeploymentRequested):
        return asked.app_name
    if "app_name" in earlier:
        return str(earlier["app_name"])
    if (about_app := await _one(motion, {"app": app})) is not None:
        return str(about_app["app_name"])
    shown = await motion.collection(APPS.collection).get(app)
    return str(shown["name"]) if shown is not None and shown.get("name") else app


async def _one(motion: Motion, query: Document) -> Document | None:
    found = await motion.collection(OPERATIONS).find(query, sort=[("requested_at", -1)], limit=1)
    return found[0] if found else None
