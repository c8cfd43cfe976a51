"""Who was erased, and how often: the fold of `gateway.people`, which outlives everything else about a person.

What is kept about somebody carries how often they had been erased by then. So it is told from the same person's things
after a later sign-in without comparing clocks, also in a database that was restored from an older copy.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.mongo import Database, Document
from chassis.motions import state_collection
from contracts import topics
from contracts.envelope import Event
from contracts.identifiers import PersonId
from contracts.identity.events import PersonErased
from contracts.noun import Noun, Time

ERASED = state_collection(topics.PEOPLE)
_CHUNK = 100


class Erased(Noun):
    """The newest erasure of one person."""

    person: PersonId
    at: Time


def evolve(_before: Erased | None, event: Event[PersonErased]) -> Erased:
    """Fold one erasure."""
    return Erased(person=event.data.person, at=event.context.time)


@dataclass(frozen=True, slots=True)
class Erasure:
    """How often somebody was erased, and when last; 0 and None for everybody else."""

    count: int = 0
    at: datetime | None = None


NEVER = Erasure()


class Erasures:
    """Reads the fold, past every cache: an erasure counts everywhere from the moment it is stored."""

    def __init__(self, database: Database) -> None:
        self._erased = database.collection(ERASED)

    async def of(self, person: str) -> Erasure:
        """The erasure of one person."""
        found: Document | None = await self._erased.find_one({"_id": person})
        return _read(found) if found is not None else NEVER

    async def everybody(self) -> set[str]:
        """The ids of all who were ever erased."""
        return {document["_id"] async for document in self._erased.find({}, {"_id": 1})}

    async def of_all(self, people: list[str]) -> dict[str, Erasure]:
        """The erasures of those among these people who were erased."""
        found: dict[str, Erasure] = {}
        for start in range(0, len(people), _CHUNK):
            async for document in self._erased.find({"_id": {"$in": people[start : start + _CHUNK]}}):
                found[document["_id"]] = _read(document)
        return found


def from_before(erasure: Erasure) -> dict[str, Any]:
    """The query for documents that were made before this erasure, those without a count among them."""
    return {"$or": [{"erasures": {"$lt": erasure.count}}, {"erasures": {"$exists": False}}]}


def _read(document: Document) -> Erasure:
    return Erasure(document["sequence"], Erased.model_validate(document["state"]).at)
