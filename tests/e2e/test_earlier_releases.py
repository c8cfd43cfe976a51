"""The stack of today on what an earlier release stored: it reads it all, and goes on."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from chassis.wire import read_stored
from contracts import topics
from infra.local.home import Home
from infra.local.stack import Stack, start
from tests.e2e.ledgers import Ledgers
from tests.e2e.person import signed_in
from tests.fakes.chassis_processes import DatabaseProcess
from tests.fakes.database_copy import put_back
from tests.releases.write import KEPT_FILES, RELEASES, STORY

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.kills,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(120),
]
FOLDERS = sorted(path.parent for path in RELEASES.glob(f"*/{STORY}"))


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=FOLDERS, ids=lambda folder: folder.name)
async def upgraded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Stack, dict[str, str], Ledgers]]:
    """Today's stack, started on the data of a release; its story; its ledgers."""
    folder: Path = request.param
    home = Home(tmp_path_factory.mktemp("earlier"))
    home.make()
    with DatabaseProcess(home.data / "database") as database:
        put_back(database.url, folder)
    for name in KEPT_FILES:
        shutil.copy(folder / name, home.data / name)
    async with start(home=home.root) as stack:
        ledgers = Ledgers(stack.mongo)
        yield stack, json.loads((folder / STORY).read_text(encoding="utf-8")), ledgers
        ledgers.close()


async def test_every_stored_event_is_read(upgraded: tuple[Stack, dict[str, str], Ledgers]) -> None:
    """Each event of each ledger is read by today's classes, and nothing but what was held before is held."""
    _, _, ledgers = upgraded
    for service in topics.SERVICES:
        entries = list(ledgers.collection(service, "ledger").find({}))
        assert entries
        for entry in entries:
            read_stored(entry)
    held = {service: [one["reason"] for one in ledgers.held(service)] for service in topics.SERVICES}
    assert held == {service: [] for service in topics.SERVICES} | {
        "compliance": ["bad-envelope"],
        "gateway": ["bad-envelope"],
    }


async def test_what_was_told_is_still_told(upgraded: tuple[Stack, dict[str, str], Ledgers]) -> None:
    """Operations, the running deployment, the review and the evidence stand as the earlier release left them."""
    stack, story, _ = upgraded
    async with signed_in(stack, "demi") as demi, signed_in(stack, "cato") as cato:
        standing = {
            name: (await demi.store.operations.get(story[name])).status for name in ("ran", "removed", "review")
        }
        assert standing == {"ran": "succeeded", "removed": "succeeded", "review": "succeeded"}
        rejected = await demi.store.operations.get(story["rejected"])
        assert rejected.status == "rejected"
        assert rejected.problem is not None
        assert rejected.problem.objections
        assert (await cato.store.operations.get(story["evidence"])).status == "succeeded"
        running = await demi.store.deployments.get(story["deployment"])
        assert (running.status, running.name) == ("succeeded", "stays")
        [review] = (await demi.store.apps.reviews("qdrant")).items
        assert review.text == "It works as it says."
        assert review.proof is not None


async def test_the_story_goes_on(upgraded: tuple[Stack, dict[str, str], Ledgers]) -> None:
    """What the earlier release deployed is removed by today's, and a new deployment succeeds beside it."""
    stack, story, _ = upgraded
    async with signed_in(stack, "demi") as demi:
        fresh = await demi.store.deployments.request("qdrant", environment="test", name="fresh", wait=60)
        assert fresh.status == "succeeded"
        removed = await demi.ended(await demi.store.deployments.remove(story["deployment"]))
        assert removed.status == "succeeded"
