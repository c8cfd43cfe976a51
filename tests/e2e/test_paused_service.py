"""A service that lives and does nothing: who waits is told at a deadline, and late words change nothing."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from contracts import topics
from infra.local.stack import Stack, start
from tests.e2e.command import Terminal, run
from tests.e2e.eventually import eventually
from tests.e2e.ledgers import Ledgers
from tests.e2e.own_cluster import write_cluster

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.kills,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pausable(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A stack that waits only a second for a decision that is on its way."""
    environment = {
        "APPSTORE_CLUSTER_FILE": str(write_cluster(tmp_path_factory.mktemp("cluster"))),
        "APPSTORE_UNDECIDED_GRACE_SECONDS": "1",
    }
    async with start(home=tmp_path_factory.mktemp("pausable"), environment=environment) as stack:
        yield stack


@pytest.fixture
def ledgers(pausable: Stack) -> Iterator[Ledgers]:
    """What the services have written down."""
    ledgers = Ledgers(pausable.mongo)
    yield ledgers
    ledgers.close()


async def test_a_request_nobody_decides_is_closed(pausable: Stack, ledgers: Ledgers, tmp_path: Path) -> None:
    """While compliance is paused a request ends as undecided at its own deadline; a late decision changes nothing."""
    terminal = Terminal(pausable.address, tmp_path)
    await terminal.login("demi")
    pausable.pause("compliance")
    try:
        undecided = await terminal.appstore("deploy", "qdrant", "--decide-within", "5", "-o", "json", "--timeout", "25")
    finally:
        pausable.resume("compliance")
    assert undecided.code == 7, undecided.said
    ended = undecided.json
    assert (ended["status"], ended["problem"]["code"]) == ("failed", "undecided")
    assert ended["problem"]["detail"]
    deployment = ended["subject"]["deployment"]

    # Compliance has handled the request when its cursor stands behind it.
    async def cursor() -> object:
        place = f"{topics.DEPLOYMENT_REQUESTS.name}/{deployment}"
        return ledgers.collection("compliance", "cursors").find_one({"_id": place})

    await eventually(cursor, bool, within=20, what="compliance has read the request")
    again = await terminal.appstore("operations", "-o", "json")
    assert [(one["id"], one["status"]) for one in again.json["items"]] == [(ended["id"], "failed")]
    told = [one for one in ledgers.events("deployer") if one["key"] == deployment]
    assert [one["data"].get("outcome") for one in told] == ["undecided"]
    assert not [one for one in ledgers.sandbox_objects() if one["kind"] == "Deployment"]

    succeeded = await terminal.appstore("deploy", "qdrant")
    assert succeeded.code == 0, succeeded.said


async def test_the_demo_names_the_step_that_does_not_end(pausable: Stack, tmp_path: Path) -> None:
    """With the deployer paused the demo ends at a deadline, not zero, and names the step at which it stopped."""
    environment = {"APPSTORE_ADDRESS": pausable.address, "HOME": str(tmp_path), "APPSTORE_LANG": "en"}
    pausable.pause("deployer")
    try:
        stopped = await run(sys.executable, "-m", "infra.local.demo", environment=environment, within=90)
    finally:
        pausable.resume("deployer")
    assert stopped.code == 1, stopped.said
    assert 'The demo stopped at the step "Deploy it: rejected, with reasons": it was not done within' in stopped.out
    assert "Next: make status" in stopped.out
