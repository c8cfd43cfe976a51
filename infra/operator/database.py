"""Which database an operator's command reads: the one that the service's own setting names, else the local stack's."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import PyMongoError

from infra.local import run_record
from infra.local.home import Home
from infra.local.parts import mongo_url
from infra.local.ports import Ports

PATIENCE = 2000  # milliseconds


class NoDatabaseError(Exception):
    """Nothing says where the database is."""


class AwayError(Exception):
    """The database does not answer; the text is its address, without a name or password."""


def address_of(home: Home) -> str:
    """The database's address: APPSTORE_MONGO, as the service is told it, else that of the stack in `home`.

    Raises:
        NoDatabaseError: neither is there.
    """
    if given := os.environ.get("APPSTORE_MONGO"):
        return given
    running = run_record.read_running(home)
    if running is None:
        raise NoDatabaseError
    return mongo_url(Ports(running.port))


@contextmanager
def database_of(service: str) -> Iterator[Database[dict[str, Any]]]:
    """A service's database, for reading.

    Raises:
        NoDatabaseError: nothing says where it is.
        AwayError: it does not answer.
    """
    client: MongoClient[dict[str, Any]] = MongoClient(
        address_of(Home()), serverSelectionTimeoutMS=PATIENCE, tz_aware=True
    )
    try:
        yield client[f"appstore_{service}"]
    except PyMongoError as error:
        # A name and password in the URL stay out: the driver's own list of hosts has none.
        hosts = ", ".join(f"{host}:{port}" for host, port in client.topology_description.server_descriptions())
        raise AwayError(hosts) from error
    finally:
        client.close()
