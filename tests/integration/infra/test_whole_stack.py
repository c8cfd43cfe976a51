"""The five services, the issuer, the broker and the database together, started and hurt as `make up` would be."""

import json
from pathlib import Path

import pytest

from infra.local.ports import SERVICES
from infra.local.ready import get
from infra.local.run_record import read_running
from infra.local.stack import start
from infra.local.status import look

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]


async def test_every_part_comes_back(tmp_path: Path) -> None:
    """Each part is killed with -9 in turn; each time the whole stack is ready again, after the broker on a new log."""
    async with start(home=tmp_path) as stack:
        epoch = stack.record().cluster_id
        for name in ("issuer", *SERVICES, "database"):
            await stack.kill(name)
            await stack.ready()
        assert stack.record().cluster_id == epoch
        await stack.kill("broker")
        await stack.ready()
        record = read_running(stack.home)
        assert record is not None
        assert record.cluster_id != epoch
        for name in SERVICES:
            assert json.loads(get(stack.ports.health(name), "/ready")[1])["epoch"] == record.cluster_id
        assert {line.name: line.state for line in look(record, 2.0) if line.name in SERVICES} == dict.fromkeys(
            SERVICES, "ready"
        )
        assert await stack.stop() == 0
