"""Copies of a stack's databases, as mongodump and mongorestore would make them, with nothing but the driver.

A copy is a folder with one file a database: gzip over BSON documents `{collection, document}`. Indexes are not in it,
because services make theirs at every start.
"""

import gzip
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import bson
from pymongo import MongoClient

Document = dict[str, Any]
_AT_ONCE = 500


def copy_out(mongo: str, databases: list[str], folder: Path) -> None:
    """Write each database to `<folder>/<database>.bson.gz`."""
    folder.mkdir(parents=True, exist_ok=True)
    with _connected(mongo) as client:
        for name in databases:
            with gzip.GzipFile(folder / f"{name}.bson.gz", "wb", mtime=0) as file:
                for collection in sorted(client[name].list_collection_names()):
                    for document in client[name][collection].find({}).sort("_id", 1):
                        file.write(bson.encode({"collection": collection, "document": document}))


def put_back(mongo: str, folder: Path, databases: list[str] | None = None, left: Collection[str] = frozenset()) -> None:
    """Make each database what its file in the folder says; what stands there now goes. All files, or those named.

    The collections `left` stay as they are now.
    """
    files = sorted(folder.glob("*.bson.gz"))
    with _connected(mongo) as client:
        for file in files:
            name = file.name.removesuffix(".bson.gz")
            if databases is not None and name not in databases:
                continue
            database = client[name]
            copied: dict[str, list[Document]] = defaultdict(list)
            for one in _read(file):
                copied[one["collection"]].append(one["document"])
            for collection in {*database.list_collection_names(), *copied} - set(left):
                database[collection].delete_many({})
                found = copied.get(collection, [])
                for start in range(0, len(found), _AT_ONCE):
                    database[collection].insert_many(found[start : start + _AT_ONCE])


def stored_in(file: Path, collection: str) -> Iterator[Document]:
    """The documents of one collection in a database's file."""
    return (one["document"] for one in _read(file) if one["collection"] == collection)


def _connected(mongo: str) -> "MongoClient[Document]":
    return MongoClient(mongo, serverSelectionTimeoutMS=10_000, tz_aware=True)


def _read(file: Path) -> Iterator[Document]:
    with gzip.open(file, "rb") as opened:
        yield from bson.decode_file_iter(cast("BinaryIO", opened))
