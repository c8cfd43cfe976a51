"""Operations: what somebody asked for, and how it stands. A request that is accepted answers with one."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from chassis.errors import NotNow
from contracts.compliance.level import PolicyLevel
from contracts.deployments.reasons import ClosedOutcome
from contracts.noun import write_time
from services.gateway.accept.operation import ABOUT_OTHERS, JUST_ACCEPTED, Operation, Standing, standing_of
from services.gateway.accept.wait import wait_for_end, wished_wait
from services.gateway.api.asking import Somebody, TextsOf, WorldOf, may_read, teams_read
from services.gateway.api.problems import Problem, tell
from services.gateway.api.scorecard import LegalShown, rule_words
from services.gateway.api.shapes import Shown
from services.gateway.identity.person import Person
from services.gateway.locales.texts import Texts
from services.gateway.ports import World

router = APIRouter(tags=["operations"])
Document = dict[str, Any]
BASE = "/api/v1"


class Subject(Shown):
    """What an operation is about."""

    deployment: str | None = None
    evidence: str | None = None
    review: str | None = None
    app: str
    version: str | None = None


class ObjectionShown(Shown):
    """A rule that decided against a deployment."""

    rule: str
    rule_version: str
    criterion: str
    verdict: str
    title: str
    message: str
    legal_reference: LegalShown
    remedy: str


class Restored(Shown):
    """What runs again after a change that failed."""

    revision: int
    version: str


class ProblemShown(Shown):
    """Why an operation did not succeed; after a failed change `restored` says what runs again."""

    code: str
    title: str
    detail: str
    fault: str
    params: dict[str, Any]
    objections: list[ObjectionShown] = []
    restored: Restored | None = None
    next: list[str] = []


class OperationShown(Shown):
    """An operation. Its id is the correlation id of every event it led to."""

    id: str
    kind: str
    status: str
    ended: bool
    subject: Subject
    generation: int
    requested_at: str
    ended_at: str | None = None
    team: str | None = None
    problem: ProblemShown | None = None


class OperationList(Shown):
    """Operations, newest first."""

    items: list[OperationShown]
    next: str | None = None


@router.get("/operations", operation_id="listOperations", summary="Operations of yours and your teams")
async def list_operations(
    world: WorldOf,
    person: Somebody,
    texts: TextsOf,
    open_only: Annotated[bool, Query(alias="open")] = False,  # noqa: FBT002 - a query parameter
) -> OperationList:
    """The newest 200; with `open=true` those that did not end."""
    shown = [await show(one, world, texts) for one in await world.operations.of(person.id, teams_read(person))]
    return OperationList(items=[one for one in shown if not (open_only and one.ended)])


@router.get("/operations/{operation_id}", operation_id="getOperation", summary="How an operation stands")
async def get_operation(operation_id: str, world: WorldOf, person: Somebody, texts: TextsOf) -> OperationShown:
    """One operation of yours or of a team of yours."""
    operation = await world.operations.get(operation_id)
    if operation is None:
        raise Problem("unknown-operation", operation=operation_id)
    if not _may_see(operation, person):
        raise Problem("other-team")
    return await show(operation, world, texts)


def _may_see(operation: Operation, person: Person) -> bool:
    return operation.person == person.id or (operation.team is not None and may_read(person, operation.team))


async def answer(
    operation: Operation, prefer: str | None, response: Response, world: World, texts: Texts
) -> OperationShown:
    """What an accepted request answers: 202 and where to look, or 200 when it ended within `Prefer: wait`.

    It was accepted, so a database that went away since is no reason to answer anything else.
    """
    seconds = wished_wait(prefer)
    standing = JUST_ACCEPTED if operation.new else None
    if seconds:
        standing = await wait_for_end(operation, seconds, world.hub, world.models)
    try:
        shown = await show(operation, world, texts, standing)
    except NotNow:
        shown = await show(operation, world, texts, JUST_ACCEPTED)
    response.status_code = 200 if seconds and shown.ended else 202
    response.headers["Location"] = f"{BASE}/operations/{operation.id}"
    response.headers["Cache-Control"] = "no-store"
    if seconds:
        response.headers["Preference-Applied"] = f"wait={seconds}"
    return shown


async def show(operation: Operation, world: World, texts: Texts, standing: Standing | None = None) -> OperationShown:
    """An operation with its status and, when it did not succeed, why and what to do."""
    standing = standing or await standing_of(operation, world.models)
    about = ABOUT_OTHERS.get(operation.kind, "deployment")
    return OperationShown(
        id=operation.id,
        kind=operation.kind,
        status=standing.status,
        ended=standing.ended,
        generation=operation.generation,
        subject=Subject.model_validate(
            {about: operation.subject, "app": operation.app_name, "version": operation.version}
        ),
        requested_at=write_time(operation.requested_at),
        ended_at=_ended_at(operation, standing),
        team=operation.team_slug,
        problem=await problem_of(operation, standing, world, texts),
    )


def _ended_at(operation: Operation, standing: Standing) -> str | None:
    if not standing.ended or standing.found is None:
        return None
    final = standing.found.get("finals", {}).get(str(operation.generation))
    return str(final["at"] if final else standing.found.get("at"))


async def problem_of(operation: Operation, standing: Standing, world: World, texts: Texts) -> ProblemShown | None:
    """Why an operation was rejected, failed or is held."""
    if standing.status in {"succeeded", "accepted", "running", "waiting", "awaiting-approval"}:
        return None
    found, values = standing.found or {}, {"app": operation.app_name, "version": operation.version or ""}
    if standing.status == "held":
        return _told("held", {**values, "operation": operation.id}, texts)
    if operation.kind in ABOUT_OTHERS:
        return _told(found["code"], {**values, **found.get("params", {})}, texts)
    generation = str(operation.generation)
    final = found["finals"][generation]
    if final.get("outcome") == ClosedOutcome.REJECTED.value:
        decision = found["decisions"].get(generation, {})
        objections = [await objection_shown(objection, world, texts) for objection in decision.get("objections", [])]
        said = {**values, "count": len(objections), "level": level_of(decision)}
        return _told("rejected-by-policy", said, texts, objections)
    return failure_of(final, values, texts)


def level_of(decision: Document) -> str:
    """How strictly a decision judged; before there were levels, every one was strict."""
    return str(decision.get("level", PolicyLevel.STRICT.value))


def failure_of(final: Document, values: Document, texts: Texts) -> ProblemShown:
    """Why a rollout ended as it did, from its final event; `values` are what its texts ask for beside that."""
    told = _told(
        final.get("cause") or final["outcome"], {**values, **final.get("params", {})}, texts, fault=final.get("fault")
    )
    if "toRevision" not in final:
        return told
    return told.model_copy(update={"restored": Restored(revision=final["toRevision"], version=final["toVersion"])})


async def objection_shown(objection: Document, world: World, texts: Texts) -> ObjectionShown:
    """An objection in the reader's language."""
    rules = await world.models.rules()
    return ObjectionShown(
        rule=objection["rule"],
        rule_version=objection["ruleVersion"],
        criterion=objection["criterion"],
        verdict=objection["verdict"],
        **rule_words(objection, rules.get(objection["rule"], {}), texts),
    )


def _told(
    code: str,
    params: Document,
    texts: Texts,
    objections: list[ObjectionShown] | None = None,
    fault: str | None = None,
) -> ProblemShown:
    told = tell(code, params, texts)
    return ProblemShown(
        code=told.code,
        title=told.title,
        detail=told.detail,
        fault=fault or told.fault,
        params=dict(told.params),
        objections=objections or [],
        next=list(told.next),
    )
