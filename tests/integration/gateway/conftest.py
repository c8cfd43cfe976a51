"""A real database over the MongoDB protocol, and the gateway upon it."""

import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from secantus.server import SecantusDBServer

from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database that lives as long as the tests."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = str(tmp_path_factory.mktemp("database"))
    server = SecantusDBServer(host="127.0.0.1", port=port, storage_path=folder, transaction_lifetime_seconds=5)
    server.start()
    yield f"mongodb://127.0.0.1:{port}/?replicaSet=secantus"
    server.stop()


@pytest.fixture
def new_gateway(mongo: str) -> NewGateway:
    """How a test gets a gateway on an empty database of its own."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[GatewayOnADatabase]:
        gateway = GatewayOnADatabase(mongo)
        await gateway.prepare()
        try:
            yield gateway
        finally:
            gateway.close()

    return opened
