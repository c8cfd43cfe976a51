"""A deployment's revisions: what each was, who asked for it, how it ended, and which one runs."""

from typing import Any

from fastapi import APIRouter

from services.gateway.api.asking import Somebody, TextsOf, WorldOf
from services.gateway.api.deployment_shown import secrets_of
from services.gateway.api.deployments import find_deployment
from services.gateway.api.operations import ProblemShown, failure_of
from services.gateway.api.shapes import Shown
from services.gateway.api.timeline import Actor, actor_shown
from services.gateway.identity.permissions import Permission
from services.gateway.locales.texts import Texts
from services.gateway.readmodels.revision import revisions_of

router = APIRouter(tags=["deployments"])
Document = dict[str, Any]


class RevisionShown(Shown):
    """One revision. `intent` is what somebody wanted; `outcome` is how its operation stands; `failure` says why.

    `replicas` is null where their number is left to the version; `rolledBackTo` is the revision that was built again.
    """

    revision: int
    generation: int
    intent: str
    version: str
    parameters: dict[str, str]
    secrets: list[str] = []
    replicas: int | None = None
    rolled_back_to: int | None = None
    requested_by: Actor | None = None
    requested_at: str
    started_at: str
    outcome: str
    ended_at: str | None = None
    runs: bool
    operation: str
    failure: ProblemShown | None = None


class RevisionList(Shown):
    """Revisions, newest first."""

    items: list[RevisionShown]
    next: str | None = None


@router.get(
    "/deployments/{deployment_id}/revisions", operation_id="listRevisions", summary="Every revision of a deployment"
)
async def list_revisions(deployment_id: str, world: WorldOf, person: Somebody, texts: TextsOf) -> RevisionList:
    """What each revision was and how it ended; `_roll-back` takes any of them."""
    found, _ = await find_deployment(deployment_id, person, Permission.READ_DEPLOYMENTS, world)
    revisions = revisions_of(found)
    names = await world.names.of_all(one["request"]["actor"] for one in revisions)
    return RevisionList(items=[shown_revision(one, names.get(one["request"]["actor"]), texts) for one in revisions])


def shown_revision(one: Document, name: str | None, texts: Texts) -> RevisionShown:
    """A revision in the reader's language; `name` is that of who asked for it."""
    request, final = one["request"], one["final"] or {}
    actor = actor_shown(request["actor"], name, texts) if request["actor"] else None
    values = {"app": request["appName"], "version": request["version"]}
    return RevisionShown(
        revision=one["revision"],
        generation=one["generation"],
        intent=request["intent"],
        version=request["version"],
        parameters=request["parameters"],
        secrets=secrets_of(request),
        replicas=request["replicas"],
        rolled_back_to=request["revision"],
        requested_by=actor,
        requested_at=request["at"],
        started_at=one["startedAt"],
        outcome=one["status"],
        ended_at=final.get("at"),
        runs=one["runs"],
        operation=request["operation"],
        failure=failure_of(final, values, texts) if "cause" in final else None,
    )
