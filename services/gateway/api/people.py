"""Erasing a person: by themself, or by an administrator on request (GDPR, article 17)."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from chassis.ledger import new_id
from contracts.identifiers import UUID_PATTERN
from services.gateway.api.asking import Somebody, WorldOf, about_person, asked
from services.gateway.identity.erase_person import erase_person
from services.gateway.identity.permissions import Permission

router = APIRouter(tags=["people"])


@router.delete(
    "/people/{person_id}", status_code=204, operation_id="erasePerson", summary="Erase a person", response_model=None
)
async def erase(
    person_id: Annotated[str, Path(pattern=UUID_PATTERN)], request: Request, world: WorldOf, person: Somebody
) -> None:
    """Delete somebody's key, name and sessions, for good. What they wrote can't be read by anybody from then on."""
    about_person(person, Permission.ERASE_PERSON, person_id)
    await erase_person(person_id, world.performer, asked(request, person, None, None).lineage(new_id()))
    world.names.forget(person_id)
    world.person_erased()
