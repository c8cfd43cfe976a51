"""Which collection of a read model serves, and which is being built: the registry `readmodels`, one document a model.

A fold that changed, a model that is new and `appstore readmodels rebuild` all lead to the same thing: a collection
beside the one that serves, filled by `rebuild` from the start of the log, and then one write here makes it serve. Every
replica looks here once a second; who folds a poll looks again when it took long, so that nobody folds for long into
what no longer serves. ADR 0009 has the why.
"""

import asyncio
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import structlog

from chassis.health import Readiness
from chassis.mongo import AlreadyThere, Database, DatabaseError, Document
from chassis.motions import Project

log = structlog.get_logger(__name__)

REGISTRY = "readmodels"
LOOK_SECONDS = 1.0
STALE_SECONDS = 2.0
"""A poll that ends on a view older than this looks again before its offsets may be committed."""


@dataclass(frozen=True, slots=True)
class Version:
    """One model as the registry has it. `building` is `serving` itself when what serves is (still) being filled."""

    name: str
    serving: str
    serving_fold: int
    building: str | None
    building_fold: int | None
    complete: bool
    build: int
    asked: int
    failed: str | None
    retired: bool
    """Whether something is left that served or was built before."""

    @classmethod
    def read(cls, document: Document) -> "Version":
        """From the registry."""
        return cls(
            document["_id"],
            document["serving"],
            document["serving_fold"],
            document["building"],
            document["building_fold"],
            document["complete"],
            document["build"],
            document["asked"],
            (document["failed"] or {}).get("reason"),
            bool(document["retired"]),
        )

    @property
    def unreadable(self) -> bool:
        """Whether what serves lacks what an older collection had, which this code can't read."""
        return not self.complete and self.build > 1

    def own(self, projection: Project) -> bool:
        """Whether what serves was made by this code's fold."""
        return self.serving_fold == projection.fold

    def outgrown(self, projection: Project) -> bool:
        """Whether a newer fold than this code's serves."""
        return self.serving_fold > projection.fold


class Versions:
    """The registry, and this process's view of it."""

    def __init__(self, projections: Iterable[Project], database: Database) -> None:
        self.projections: Mapping[str, Project] = {projection.name: projection for projection in projections}
        self._database = database
        self._seen: dict[str, Version] = {}
        self._seen_at = 0.0

    def serving(self, projection: Project) -> str:
        """The collection that answers questions now."""
        version = self._seen.get(projection.name)
        if version is None or version.outgrown(projection):
            return projection.collection
        return version.serving

    def of(self, projection: Project) -> Version:
        """How a model stood when it was last looked at. Raises KeyError before `settle`."""
        return self._seen[projection.name]

    @property
    def all(self) -> list[Version]:
        """Every model of this code."""
        return [self._seen[name] for name in self.projections]

    async def settle(self) -> bool:
        """At the start: see to it that each model has something that serves, and that a changed fold is being built.

        True when done. Raises the driver's errors when the database is away.
        """
        there = set(await self._database.raw.list_collection_names()) if self.projections else set()
        for projection in self.projections.values():
            await self._settle(projection, there)
        await self.look()
        return True

    async def _settle(self, projection: Project, there: set[str]) -> None:
        found = await self._registry.find_one({"_id": projection.name})
        if found is None:
            found = _first(projection, there)
            try:
                await self._registry.insert_one(found)
            except AlreadyThere:
                return
        version = Version.read(found)
        if version.own(projection) or version.building_fold == projection.fold:
            return
        fresh = self._name(projection, version.build + 1, found, there)
        change: Document = {"building": fresh, "building_fold": projection.fold, "build": version.build + 1}
        retired = [name for name in (version.building,) if name not in {None, version.serving}]
        if not projection.reads_from <= version.serving_fold < projection.fold:
            # This code can't read what serves: the new one serves at once, and /ready waits until it is filled.
            change |= {"serving": fresh, "serving_fold": projection.fold, "complete": False}
            retired.append(version.serving)
        log.info("a read model is built anew", model=projection.name, building=fresh, serving=version.serving)
        await self._registry.update_one(
            {"_id": projection.name, "build": version.build},
            {"$set": {**change, "failed": None, "progress": None}, "$push": {"retired": {"$each": retired}}},
        )

    def _name(self, projection: Project, build: int, found: Document, there: set[str]) -> str:
        plain = projection.collection
        taken = plain in there or plain in {found["serving"], found["building"], *found["retired"]}
        return f"{plain}_r{build}" if taken else plain

    async def look(self) -> None:
        """Read the registry."""
        now = time.monotonic()
        names = list(self.projections)
        found = {doc["_id"]: Version.read(doc) async for doc in self._registry.find({"_id": {"$in": names}})}
        self._seen, self._seen_at = found, now

    async def fresh(self) -> None:
        """Look again, unless that was done within the last second."""
        if time.monotonic() - self._seen_at > LOOK_SECONDS:
            await self._look_or_settle()

    async def still_serves(self, collections: Mapping[str, str]) -> bool:
        """Whether these collections still serve, looking again when the last look is long ago."""
        if time.monotonic() - self._seen_at > STALE_SECONDS:
            await self._look_or_settle()
        return all(self._seen[name].serving == collection for name, collection in collections.items())

    async def _look_or_settle(self) -> None:
        await self.look()
        if len(self._seen) < len(self.projections):
            await self.settle()

    async def follow(self, readiness: Readiness) -> NoReturn:
        """Look once a second for as long as the service lives, and say what is the matter in /ready."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.fresh()
            except DatabaseError:
                continue
            self.tell(readiness)

    def tell(self, readiness: Readiness) -> None:
        """Notes for builds that are under way or failed; a reason not to be ready where nothing readable serves."""
        building = sorted(v.name for v in self.all if v.building is not None and v.failed is None)
        failed = sorted(f"{v.name} ({v.failed})" for v in self.all if v.failed is not None)
        _note(readiness, "readmodels-building", "read models are being built: ", building)
        _note(readiness, "readmodels-failed", "the build of a read model failed, the old one serves: ", failed)
        empty = sorted(v.name for v in self.all if v.unreadable)
        if empty:
            readiness.set("readmodels", "being built, and nothing older can be read: " + ", ".join(empty))
        else:
            readiness.clear("readmodels")

    @property
    def _registry(self) -> Any:
        return self._database.collection(REGISTRY)


def _first(projection: Project, there: set[str]) -> Document:
    """The registry's first word about a model: what an earlier release left serves, else the model is filled."""
    pattern = re.compile(rf"{re.escape(projection.name)}_v(\d+)")
    folds = [int(match[1]) for name in there if (match := pattern.fullmatch(name))]
    left = [fold for fold in folds if fold <= projection.fold]
    fold = max(left, default=projection.fold)
    serving = f"{projection.name}_v{fold}"
    return {
        "_id": projection.name,
        "serving": serving,
        "serving_fold": fold,
        "building": None if left else serving,
        "building_fold": None if left else fold,
        "complete": bool(left),
        "build": 1,
        "asked": 0,
        "failed": None,
        "progress": None,
        "retired": [],
    }


def _note(readiness: Readiness, part: str, text: str, names: list[str]) -> None:
    if names:
        readiness.note(part, text + ", ".join(names))
    else:
        readiness.unnote(part)
