"""The whole life of a deployment through the command line, on real processes: changed, failed, gone back, removed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from appstore_client.problem import Problem

from infra.local.demo import own_app
from infra.local.stack import Stack
from tests.e2e.command import Terminal
from tests.e2e.eventually import eventually
from tests.e2e.person import Person

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]
FIRST, SECOND, BROKEN = own_app.FIRST, own_app.SECOND, own_app.BROKEN


@pytest_asyncio.fixture(loop_scope="session")
async def app(stack: Stack, demi: Person) -> AsyncIterator[str]:
    """An app in three versions; the image of the last is nowhere."""
    own_app.bring(stack.home.apps)
    await eventually(lambda: _scored(demi), lambda count: count == len(own_app.IMAGES), 10, "every version has a score")
    yield own_app.NAME


async def _scored(person: Person) -> int:
    try:
        found = await person.store.apps.get(own_app.NAME)
    except Problem:
        return 0
    return 0 if found.withdrawn else sum(one.score is not None for one in found.versions)


async def _runs(person: Person, name: str) -> tuple[Any, ...]:
    (found,) = [one for one in await person.store.deployments.list() if one.name == name and not one.removed]
    assert found.running is not None
    return found.status, found.running.version, found.running.parameters, found.running.replicas


async def test_a_deployment_lives_its_whole_life(app: str, demi: Person, terminal_of_demi: Terminal) -> None:
    """Deployed, upgraded with a setting, failed and back by itself, rolled back to revision 1, removed."""
    appstore = terminal_of_demi.appstore
    assert (await appstore("deploy", app, "--version", FIRST, "--set", "workers=2", "--name", "living")).code == 0
    upgraded = await appstore("upgrade", "living", "--version", SECOND, "--set", "log-level=debug")
    assert upgraded.code == 0, upgraded.said
    before = await _runs(demi, "living")
    assert before == ("succeeded", SECOND, {"workers": "2", "log-level": "debug"}, 1)

    failed = await appstore("upgrade", "living", "--version", BROKEN)
    assert failed.code == 9, failed.said
    assert "Revision 2 runs again, with version 1.1.0." in failed.err
    assert await _runs(demi, "living") == ("rolled-back", *before[1:])

    assert (await appstore("rollback", "living", "--to", "1")).code == 0
    assert await _runs(demi, "living") == ("succeeded", FIRST, {"workers": "2"}, 1)
    told = (await appstore("revisions", "living", "-o", "json")).json["items"]
    assert [(one["revision"], one["intent"], one["outcome"], one["runs"]) for one in told] == [
        (4, "roll-back", "succeeded", True),
        (3, "upgrade", "rolled-back", False),
        (2, "upgrade", "succeeded", False),
        (1, "deploy", "succeeded", False),
    ]
    assert (await appstore("remove", "living")).code == 0


async def test_changes_at_once_lose_nothing_of_each_other(app: str, demi: Person) -> None:
    """Three changes at the same moment: what runs in the end has all three, and each operation has one end."""
    first = await demi.ended(await demi.store.deployments.request(app, environment="test", version=FIRST, name="crowd"))
    deployment = str(first.subject.deployment)
    change = demi.store.deployments.change
    asked = await asyncio.gather(
        change(deployment, version=SECOND),
        change(deployment, replicas=2),
        change(deployment, parameters={"workers": "3"}),
    )
    ended = [await demi.ended(one) for one in asked]
    assert {one.status for one in ended} <= {"succeeded", "cancelled"}
    runs = (await demi.store.deployments.get(deployment)).running
    assert runs is not None
    assert (runs.version, runs.replicas, runs.parameters) == (SECOND, 2, {"workers": "3"})


async def test_what_is_rolled_out_is_taken_back(app: str, demi: Person) -> None:
    """A cancel while an upgrade is rolled out ends both, and what ran before runs on."""
    deployments = demi.store.deployments
    first = await demi.ended(await deployments.request(app, environment="test", version=FIRST, name="undecided"))
    deployment = str(first.subject.deployment)
    upgrade = await deployments.change(deployment, version=BROKEN)
    await eventually(lambda: deployments.get(deployment), lambda now: now.revision == 2, 5, "the rollout began")
    assert (await demi.ended(await deployments.cancel(deployment))).status == "succeeded"
    assert (await demi.ended(upgrade)).status == "cancelled"
    runs = (await deployments.get(deployment)).running
    assert runs is not None
    assert (runs.version, runs.revision) == (FIRST, 1)
