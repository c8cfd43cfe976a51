"""The objects of the simulated cluster, under `kind/namespace/name`.

The object itself is kept as JSON, since label names hold dots. One transaction is one revision, as in etcd; because
every writer takes it from the same document, two of them never place pods on the same room of a node.
"""

import orjson

from chassis.errors import Conflict
from chassis.ledger import Motion
from chassis.mongo import Document
from chassis.sealed import Lockbox, Unopened
from services.deployer.domain.manifest.labels import DEPLOYMENT
from services.deployer.ports import Object, ObjectRefused

OBJECTS = "sandbox_objects"
_REVISION = "revision"
_LIMIT = 100_000
_ENCRYPTED = "Secret"


class MongoSandboxObjects:
    """Meets the sandbox's `ObjectStore`, for one motion."""

    def __init__(self, motion: Motion, lockbox: Lockbox | None) -> None:
        """Take the key that encrypts Secrets where they are stored, as an API server's own encryption at rest does."""
        self._lockbox = lockbox
        self._objects = motion.collection(OBJECTS)
        self._counter = motion.collection("sandbox_revision")
        self._revision: int | None = None
        self._read: dict[str, tuple[Object, ...]] = {}

    async def of_deployment(self, deployment: str) -> tuple[Object, ...]:
        """The objects with the deployment's label."""
        return self._read_all(await self._objects.find({"deployment": deployment}, limit=_LIMIT))

    async def of_kind(self, kind: str) -> tuple[Object, ...]:
        """Every object of one kind."""
        if kind not in self._read:
            self._read[kind] = self._read_all(await self._objects.find({"kind": kind}, limit=_LIMIT))
        return self._read[kind]

    async def named(self, kind: str, namespace: str, name: str) -> Object | None:
        """One object."""
        found = await self._objects.get(f"{kind}/{namespace}/{name}")
        return self._read_all([found])[0] if found is not None else None

    async def put(self, found: Object) -> None:
        """Write an object whole."""
        self._read.pop(found["kind"], None)
        await self.next_revision()
        await self._objects.put(
            _key(found),
            {
                "kind": found["kind"],
                "deployment": found["metadata"].get("labels", {}).get(DEPLOYMENT),
                "body": self._written(found),
            },
        )

    async def remove(self, found: Object) -> None:
        """Remove an object."""
        self._read.pop(found["kind"], None)
        await self.next_revision()
        await self._objects.delete(_key(found))

    async def next_revision(self) -> int:
        """This transaction's revision. Raises Conflict when another transaction took it first."""
        if self._revision is None:
            found = await self._counter.get(_REVISION)
            before = int(found["value"]) if found is not None else 0
            which = {"_id": _REVISION, "value": before}
            if found is None:
                await self._counter.insert({"_id": _REVISION, "value": 1})
            elif not await self._counter.change(which, {"$set": {"value": before + 1}}):
                raise Conflict
            self._revision = before + 1
        return self._revision

    def _written(self, found: Object) -> bytes:
        if found["kind"] != _ENCRYPTED:
            return orjson.dumps(found)
        if self._lockbox is None:
            raise ObjectRefused(_ENCRYPTED, found["metadata"]["name"], ".", "no key is set that would keep it secret")
        return self._lockbox.lock(orjson.dumps(found))

    def _read_all(self, documents: list[Document]) -> tuple[Object, ...]:
        return tuple(orjson.loads(self._opened(document)) for document in documents)

    def _opened(self, document: Document) -> bytes:
        if document["kind"] != _ENCRYPTED:
            return bytes(document["body"])
        if self._lockbox is None:
            raise Unopened
        return self._lockbox.unlock(bytes(document["body"]))


def _key(found: Object) -> str:
    metadata = found["metadata"]
    return f"{found['kind']}/{metadata.get('namespace', '')}/{metadata['name']}"
