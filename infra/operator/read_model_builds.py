"""What the registry of the read models says, and what an operator writes in it (`chassis/versions.py` has its form)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from chassis.digest import Digest, over_all
from chassis.versions import REGISTRY, Version

_AT_ONCE = 500
_WHOLE = 100

Documents = Database[dict[str, Any]]


@dataclass(frozen=True)
class ModelDigest:
    """One read model's digest."""

    name: str
    fold: int
    collection: str
    documents: int
    digest: str


@dataclass(frozen=True)
class Digests:
    """Every read model's digest, by name, and one over all."""

    models: Sequence[ModelDigest]
    over_all: str

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {"models": [vars(model) for model in self.models], "digest": self.over_all}


@dataclass(frozen=True)
class Standing:
    """How a read model stands: what serves, and how far a build is."""

    name: str
    serving: str
    building: str | None
    build: int
    failed: dict[str, Any] | None
    percent: int | None

    @property
    def settling(self) -> bool:
        """Whether what was built serves, and its builder waits until every replica knows."""
        return self.building == self.serving

    def over(self, asked: int) -> bool:
        """Whether the build with this number serves or failed."""
        return self.build >= asked and (self.building is None or self.failed is not None)

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {"name": self.name, "serving": self.serving, "failed": self.failed}


def digests(database: Documents) -> Digests:
    """Read what serves, document by document."""
    found = []
    for registered in _registered(database):
        version = Version.read(registered)
        digest = Digest(version.name, version.serving_fold)
        for document in database[version.serving].find({}, batch_size=_AT_ONCE).sort("_id", 1):
            digest.add(document)
        found.append(ModelDigest(version.name, version.serving_fold, version.serving, digest.documents, digest.text))
    return Digests(found, over_all({model.name: model.digest for model in found}))


def standings(database: Documents) -> list[Standing]:
    """How every read model stands, by name."""
    return [_standing(registered) for registered in _registered(database)]


def ask(database: Documents, names: Sequence[str]) -> dict[str, int]:
    """Ask the gateway for a new build of these models; name → the number of the build that will answer it."""
    asked: dict[str, int] = {}
    while left := [one for one in _registered(database) if one["_id"] in names and one["_id"] not in asked]:
        for found in left:
            number = max(found["asked"], found["build"]) + 1
            as_read = {"_id": found["_id"], "asked": found["asked"], "build": found["build"]}
            if database[REGISTRY].update_one(as_read, {"$set": {"asked": number}}).modified_count:
                asked[found["_id"]] = number
    return asked


def _registered(database: Documents) -> list[dict[str, Any]]:
    return list(database[REGISTRY].find({}).sort("_id", 1))


def _standing(registered: dict[str, Any]) -> Standing:
    progress = registered["progress"]
    percent = progress["read"] * _WHOLE // max(1, progress["of"]) if progress else None
    return Standing(
        registered["_id"],
        registered["serving"],
        registered["building"],
        registered["build"],
        registered["failed"],
        percent,
    )
