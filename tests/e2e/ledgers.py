"""What the five services have written down, read from their databases by the driver alone."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bson import BSON
from pymongo import MongoClient
from pymongo.database import Database

from contracts.topics import SERVICES
from infra.operator.audit_chain import walk
from infra.operator.read_model_builds import Digests, digests

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
        names = [model.collection for model in self.digests().models]
        return {name: list(self.gateway[name].find({}).sort("_id", 1)) for name in names}

    def digests(self) -> Digests:
        """What `appstore readmodels digest` shows."""
        return digests(self.gateway)

    def audit_head(self) -> str:
        """The hash at the end of the audit log, which holds (`appstore audit verify`)."""

        @contextmanager
        def opened(service: str) -> Iterator[Database[Document]]:
            yield self._client[f"appstore_{service}"]

        verdict = walk(self.gateway, opened)
        assert verdict.holds, verdict
        return verdict.head

    @property
    def gateway(self) -> Database[Document]:
        """The gateway's database."""
        return self._client["appstore_gateway"]

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
