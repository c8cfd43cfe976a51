"""The real broker and database, once or once per test, for every integration test."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest

from chassis.ledger import new_id
from chassis.mongo import Database
from contracts import topics
from infra.kafka.provision import provision
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.given_parts import GivenBroker, GivenDatabase


@pytest.fixture(scope="session")
def database_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseProcess | GivenDatabase]:
    """The document database, one for all tests; nobody may kill it. Starting takes a second."""
    if given := os.environ.get("APPSTORE_TEST_MONGO"):
        yield GivenDatabase(given)
        return
    with DatabaseProcess(tmp_path_factory.mktemp("database")) as process:
        yield process


@pytest.fixture(scope="session")
def mongo(database_process: DatabaseProcess) -> str:
    """The address of the document database."""
    return database_process.url


@pytest.fixture
async def database(database_process: DatabaseProcess) -> AsyncIterator[Database]:
    """A database of the test's own, empty."""
    opened = Database(database_process.url, f"appstore_test_{new_id().replace('-', '')}")
    yield opened
    opened.close()


@pytest.fixture
async def broker() -> AsyncIterator[BrokerProcess | GivenBroker]:
    """An event log of the test's own, empty, with its topics. Starting takes 0.1 s, and the test may kill it."""
    if given := os.environ.get("APPSTORE_TEST_KAFKA"):
        elsewhere = GivenBroker(given)
        await elsewhere.begin_anew()
        yield elsewhere
        return
    with BrokerProcess() as process:
        await provision(process.bootstrap, topics.ALL)
        yield process
