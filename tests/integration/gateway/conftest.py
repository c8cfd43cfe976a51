"""A real database over the MongoDB protocol, and the gateway upon it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]


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
