"""Services of this suite, each with a database of its own."""

from collections.abc import AsyncIterator

import pytest

from chassis.ledger import new_id
from tests.fakes.chassis_processes import DatabaseProcess
from tests.fakes.chassis_service import CATALOG, GATEWAY, READER, Parts, service


@pytest.fixture
async def services(database_process: DatabaseProcess) -> AsyncIterator[dict[str, Parts]]:
    """Catalog and gateway, which only write here, and the community, which answers."""
    run = new_id().replace("-", "")
    rows = {"catalog": CATALOG, "gateway": GATEWAY, "community": READER}
    made = {name: service(name, rows[name], database_process.url, run) for name in rows}
    yield made
    for parts in made.values():
        parts.database.close()
