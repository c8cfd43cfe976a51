"""The steps of building a collection of a read model, each one write to the registry that `versions` reads.

Begun by an operator's wish (or by `versions` at a start), filled by `rebuild`, then: serve, finish; or fail. Whoever
dies between two steps is succeeded by the next start, which finds here how far things are.
"""

from collections.abc import Mapping
from typing import Any

from chassis.mongo import Database, Document
from chassis.motions import Project
from chassis.versions import REGISTRY, Version, Versions


class Builds:
    """The builds of one service's read models."""

    def __init__(self, versions: Versions, database: Database) -> None:
        self._versions = versions
        self._database = database
        self._registry = database.collection(REGISTRY)

    async def begin_asked(self, projection: Project) -> None:
        """Make room for the build that an operator asked for, if one did and none is under way."""
        found = await self._registry.find_one({"_id": projection.name})
        if found is None:
            return
        version = Version.read(found)
        busy = version.building is not None and version.failed is None and version.building_fold == projection.fold
        if version.asked <= version.build or busy:
            return
        left = [name for name in (version.building,) if name not in {None, version.serving}]
        await self._registry.update_one(
            {"_id": projection.name, "build": version.build},
            {
                "$set": {
                    "building": f"{projection.collection}_r{version.asked}",
                    "building_fold": projection.fold,
                    "build": version.asked,
                    "failed": None,
                    "progress": None,
                },
                "$push": {"retired": {"$each": left}},
            },
        )

    async def serve(self, name: str, building: str) -> bool:
        """Let what was built serve; what served is dropped later. Whether it still was what is being built."""
        found = await self._registry.find_one({"_id": name, "building": building})
        if found is None:
            return False
        change: Document = {"$set": {"serving": building, "serving_fold": found["building_fold"], "complete": True}}
        if found["serving"] != building:
            change["$push"] = {"retired": found["serving"]}
        as_read = {"_id": name, "building": building, "serving": found["serving"]}
        if not (await self._registry.update_one(as_read, change)).matched_count:
            return False
        await self._versions.look()
        return True

    async def finish(self, name: str, building: str) -> None:
        """The build is over: every replica had the time to see what serves."""
        over = {"building": None, "building_fold": None, "complete": True, "progress": None}
        await self._change(name, building, over)

    async def fail(self, name: str, building: str, reason: Mapping[str, Any]) -> None:
        """The build can't go on; what serves goes on serving."""
        await self._change(name, building, {"failed": dict(reason), "progress": None})

    async def progress(self, name: str, building: str, read: int, of: int) -> None:
        """How far a build is, for whoever waits."""
        await self._registry.update_one(
            {"_id": name, "building": building}, {"$set": {"progress": {"read": read, "of": of}}}
        )

    async def _change(self, name: str, building: str, change: Document) -> None:
        await self._registry.update_one({"_id": name, "building": building}, {"$set": change})
        await self._versions.look()

    async def drop_retired(self) -> None:
        """Drop what served or was built before and does so no longer."""
        if not any(version.retired for version in self._versions.all):
            return
        async for found in self._registry.find(
            {"_id": {"$in": list(self._versions.projections)}, "retired": {"$ne": []}}
        ):
            for collection in found["retired"]:
                if collection not in {found["serving"], found["building"]}:
                    await self._database.collection(collection).drop()
            await self._registry.update_one({"_id": found["_id"]}, {"$pull": {"retired": {"$in": found["retired"]}}})
