"""What the five services have written down, read from their databases by the driver alone."""

import json
from typing import Any

from bson import BSON
from pymongo import MongoClient

from contracts.topics import SERVICES

Document = dict[str, Any]


class Ledgers:
    """The ledgers and stores of one stack, for looking only."""

    def __init__(self, mongo: str) -> None:
        """Connect to the database of a stack."""
        self._client: MongoClient[Document] = MongoClient(mongo, serverSelectionTimeoutMS=10_000, tz_aware=True)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def counts(self) -> dict[str, int]:
        """How many events each service has recorded."""
        return {name: self.collection(name, "ledger").count_documents({}) for name in SERVICES}

    def events(self, service: str, query: Document | None = None) -> list[Document]:
        """Events of a service, each as its headers (`ce_…`), its `topic`, `key`, `sequence` and its `data`."""
        found = self.collection(service, "ledger").find(query or {}).sort("_id", 1)
        return [_event(document) for document in found]

    def raw(self, service: str) -> list[bytes]:
        """Every event of a service as bytes: headers and value."""
        return [
            json.dumps(document["headers"]).encode() + bytes(document["value"])
            for document in self.collection(service, "ledger").find({})
        ]

    def held(self, service: str) -> list[Document]:
        """The held messages of a service."""
        return list(self.collection(service, "held").find({}))

    def read_models(self) -> dict[str, list[Document]]:
        """Every read model of the gateway, by collection."""
        database = self._client["appstore_gateway"]
        names = sorted(name for name in database.list_collection_names() if "_v" in name)
        return {name: list(database[name].find({}).sort("_id", 1)) for name in names}

    def sandbox_objects(self) -> list[Document]:
        """The objects of the simulated cluster that somebody declared and anybody may read: no nodes, pods, secrets."""
        unasked = {"kind": {"$nin": ["Node", "Pod", "Secret"]}}
        return [json.loads(one["body"]) for one in self.collection("deployer", "sandbox_objects").find(unasked)]

    def everything(self, service: str) -> list[bytes]:
        """Every document of a service as it is stored, but for raw messages that are held."""
        database = self._client[f"appstore_{service}"]
        names = [name for name in database.list_collection_names() if name != "held"]
        return [BSON.encode(document) for name in names for document in database[name].find({})]

    def collection(self, service: str, name: str) -> Any:
        """A collection of a service."""
        return self._client[f"appstore_{service}"][name]


def _event(document: Document) -> Document:
    where = {name: document[name] for name in ("topic", "key", "sequence")}
    return {**dict(document["headers"]), **where, "data": json.loads(document["value"])}
