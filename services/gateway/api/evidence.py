"""Evidence: somebody brings a fact about a version; compliance judges it and answers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from chassis.ledger import new_id
from contracts.apps.facts import Assurance, Fact
from contracts.compliance.evidence import EvidenceKind
from contracts.compliance.requests import EvidenceSubmitted
from services.gateway.accept.submit import About, submit
from services.gateway.api.accepting import Accepting
from services.gateway.api.apps import find_app, find_version
from services.gateway.api.asking import anywhere
from services.gateway.api.deadline import decide_by
from services.gateway.api.operations import OperationShown
from services.gateway.api.plain_json import DEEPEST, is_plain
from services.gateway.api.problems import Problem
from services.gateway.api.shapes import FieldError, Taken, field_error
from services.gateway.identity.permissions import Permission

router = APIRouter(tags=["evidence"])
_LONGEST = 400
_RULES: Mapping[tuple[str | int, ...], str] = {("fact",): "fact.whole", ("fact", "source"): "fact.source"}
"""What the contract asks of a fact and of its source as a whole, and the sentence that says so."""


def _must_be_plain(value: Any) -> Any:
    if not is_plain(value):
        message = "at most {count} levels of lists and names, of plain numbers and texts"
        raise PydanticCustomError("not_plain", message, {"count": DEEPEST})
    return value


def _wrong(error: Any, place: tuple[str | int, ...]) -> FieldError:
    found = field_error(error, place)
    return replace(found, text=_RULES.get(place, found.text)) if found.code == "value_error" else found


class SourceTaken(Taken):
    """Where the fact was seen: an address, or a repository and path."""

    uri: Annotated[str | None, Field(max_length=_LONGEST)] = None
    repository: Annotated[str | None, Field(max_length=_LONGEST)] = None
    path: Annotated[str | None, Field(max_length=_LONGEST)] = None
    seen: date
    quote: Annotated[str | None, Field(max_length=_LONGEST)] = None


class FactTaken(Taken):
    """A value, or the reason why the question does not apply."""

    value: Annotated[Any, AfterValidator(_must_be_plain)] = None
    not_applicable: Annotated[str | None, Field(max_length=_LONGEST)] = None
    assurance: Assurance = Assurance.DECLARED
    source: SourceTaken
    valid_until: date | None = None


class EvidenceTaken(Taken):
    """One fact about a version."""

    kind: EvidenceKind
    fact: FactTaken


@router.post(
    "/apps/{name}/versions/{version}/evidence",
    status_code=202,
    operation_id="addEvidence",
    summary="Bring evidence about a version",
)
async def add_evidence(
    name: str,
    version: str,
    evidence: EvidenceTaken,
    accepting: Accepting,
) -> OperationShown:
    """Accept evidence. Whoever brings it may declare or attest; only a measurement of ours is `verified`."""
    if accepting.earlier is not None:
        return await accepting.answer(accepting.earlier)
    person, world = accepting.person, accepting.world
    anywhere(person, Permission.ADD_EVIDENCE)
    app = await find_app(name, world.models)
    found = find_version(app, version)
    if evidence.fact.assurance is Assurance.VERIFIED:
        raise Problem(
            "invalid-fields",
            errors=[FieldError("fact.assurance", "not-yours", "not-yours", {})],
        )
    fact = evidence.fact.model_dump(mode="json", by_alias=True, exclude_none=True)
    try:
        Fact[Any].model_validate(fact)
    except ValidationError as error:
        raise Problem(
            "invalid-fields",
            errors=[_wrong(one, ("fact", *one["loc"])) for one in error.errors(include_url=False, include_input=False)],
        ) from error
    payload = EvidenceSubmitted(
        evidence=new_id(),
        app=app["id"],
        version=found["version"],
        kind=evidence.kind,
        fact=fact,
        decide_by=decide_by(world),
    )
    teams = person.teams()
    wish = accepting.asked(teams[0] if len(teams) == 1 else None)
    operation = await submit(payload, About("add-evidence", app["id"], name, found["version"]), wish, world.performer)
    return await accepting.answer(operation)
