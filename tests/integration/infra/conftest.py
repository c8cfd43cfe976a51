"""A database and a broker that the conformance tests of one module share."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from infra.local.stack import Stack, start


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Database and broker, nothing else; tests use names of their own and kill nothing."""
    async with start(home=tmp_path_factory.mktemp("stack"), only=("database", "broker")) as stack:
        yield stack
