"""A deployment that was asked for through the API and runs."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest_asyncio

from tests.fakes.gateway_life import CHOSEN, Life, begin_life
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]


@pytest_asyncio.fixture
async def life(new_gateway: NewGateway) -> AsyncIterator[Life]:
    """A healthy deployment of version 1.0 with two pods and two settings."""
    async with new_gateway() as gateway, gateway.developer() as client:
        yield await begin_life(gateway, client, parameters=CHOSEN, replicas=2)
