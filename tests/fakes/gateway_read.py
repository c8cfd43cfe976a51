"""What the gateway has read, kept in memory: real events through the gateway's own folds, so that shapes are real."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.ledger import new_id
from chassis.motions import Project
from contracts.envelope import Context, Event, padded
from contracts.payload import Payload
from services.gateway.readmodels.store import MODELS, MOST, ReadModels, Sort

Document = dict[str, Any]
START = datetime(2026, 11, 24, 9, 42, 3, tzinfo=UTC)


class ReadModelsInMemory(ReadModels):
    """The read models without a database."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, Document]] = defaultdict(dict)
        self._numbers: dict[tuple[str, str], int] = defaultdict(int)
        self._told = 0

    def tell(
        self,
        payload: Payload,
        *,
        after: float = 0,
        generation: int = 0,
        team: str | None = None,
        actor: str | None = None,
    ) -> None:
        """Fold one event, recorded some seconds after the start."""
        event = Event(self._context(payload, after, generation, team, actor), payload)
        for model in MODELS:
            if payload.topic in model.topics:
                name = str(model.document(event))
                kept = self._kept[model.name]
                kept[name] = {**model.apply(kept.get(name), event), "_id": name}

    def _context(self, payload: Payload, after: float, generation: int, team: str | None, actor: str | None) -> Context:
        self._told += 1
        place = (payload.topic.name, payload.key)
        self._numbers[place] += 1
        moment = START + timedelta(seconds=after)
        return Context(
            id=new_id(),
            source=f"urn:nld:oin:00000000000000000000:systeem:appstore-{payload.topic.writer}",
            type=payload.type_name(),
            subject=payload.key,
            time=moment,
            origin=new_id(),
            team=team,
            actor=actor,
            correlationid=new_id(),
            sequence=padded(self._numbers[place]),
            hlc=f"{int(moment.timestamp() * 1000):013d}.{self._told:05d}",
            generation=padded(generation) if generation else None,
            dataclass=payload.data_class,
        )

    async def _all(self, model: Project, query: Document, sort: Sort = (), limit: int = MOST) -> list[Document]:
        found = [one for one in self._kept[model.name].values() if _fits(one, query)]
        for path, direction in reversed(sort):
            found.sort(key=lambda one, path=path: str(_at(one, path)), reverse=direction < 0)  # type: ignore[misc]
        return found[:limit]


def _fits(document: Document, query: Mapping[str, Any]) -> bool:
    return all(_holds(_at(document, path), wanted) for path, wanted in query.items())


def _holds(found: object, wanted: object) -> bool:
    return found in wanted["$in"] if isinstance(wanted, dict) else found == wanted


def _at(document: Document, path: str) -> object:
    here: Any = document
    for name in path.split("."):
        here = here.get(name) if isinstance(here, dict) else None
    return here
