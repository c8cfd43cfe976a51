"""The deployer as a process of its own, on a real broker and database, killed with -9 in the middle of its work."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.mongo import Database
from infra.local.stack import Stack, start
from tests.fakes.deployer_examples import an_id, approved, asked, cancel_asked, published, removal_asked
from tests.fakes.deployer_log import Log, listening
from tests.integration.deployer.conftest import CLUSTER_FILE
from tests.unit.deployer.specs import small_with

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
PARTS = ("database", "broker", "topics", "deployer")
CANCELS = ((["closed"], ["cancelled"]), (["succeeded"], ["closed"]))
"""How a request and its cancel can end: taken back, or too late."""


async def test_every_deployment_ends_once_however_often_the_deployer_dies(tmp_path: Path) -> None:
    """Rollouts, upgrades that go back or are taken back, removals: one end each, and the objects that belong to it."""
    environment = {"APPSTORE_CLUSTER_FILE": str(CLUSTER_FILE.resolve())}
    deployments = [an_id(0xD300 + number) for number in range(10)]
    async with start(home=tmp_path, only=PARTS, environment=environment) as stack, listening(stack.kafka) as log:
        await log.write(published(small_with(cpu="100m"), version="1.0"))
        await log.write(published(small_with("registry.test/crashes:1", cpu="100m"), version="2.0"))
        await log.write(published(small_with("registry.test/hello:2", cpu="100m"), version="3.0"))
        now = datetime.now(UTC)
        for number, deployment in enumerate(deployments):
            version = "2.0" if number >= 8 else "1.0"
            await log.write(asked(deployment=deployment, version=version, name=f"app-{number}", at=now))
            await log.write(approved(deployment=deployment, version=version, at=now))
            if number == 4:
                await stack.kill("deployer")
        await log.until_ended(1, deployments)
        ends = log.finals(1)
        assert [ends[deployment] for deployment in deployments] == [["succeeded"]] * 8 + [["failed"]] * 2
        database = Database(stack.mongo, "appstore_deployer")
        assert await kinds(database) == {"Deployment": 10, "Pod": 10, "Service": 10}
        await change(log, stack, deployments[:3], deployments[3:6], deployments[6:])
        assert await kinds(database) == {"Deployment": 6, "Pod": 6, "Service": 6}
        database.close()


async def change(log: Log, stack: Stack, failing: list[str], cancelled: list[str], removed: list[str]) -> None:
    """Upgrades that fail, upgrades that are taken back, and removals, with a kill in the middle of all."""
    now = datetime.now(UTC)
    for deployment in (*failing, *cancelled):
        version = "2.0" if deployment in failing else "3.0"
        name = f"app-{int(deployment[-2:], 16)}"
        await log.write(asked(deployment=deployment, version=version, name=name, at=now))
        await log.write(approved(generation=2, deployment=deployment, version=version, at=now))
    for deployment in cancelled:
        await log.write(cancel_asked(cancels=2, deployment=deployment, at=now))
    for deployment in removed:
        await log.write(removal_asked(deployment=deployment, at=now))
    await stack.kill("deployer")
    await log.until_ended(2, [*failing, *cancelled, *removed])
    await log.until_ended(3, cancelled)
    second, third = log.finals(2), log.finals(3)
    assert [second[deployment] for deployment in failing] == [["rolled-back"]] * 3
    assert [second[deployment] for deployment in removed] == [["removed"]] * 4
    assert all((second[deployment], third[deployment]) in CANCELS for deployment in cancelled)


async def kinds(database: Database) -> Counter[str]:
    """How many objects of each kind there are that belong to deployments."""
    found = [one["kind"] async for one in database.collection("sandbox_objects").find({})]
    return Counter(kind for kind in found if kind in {"Deployment", "Pod", "Service"})
