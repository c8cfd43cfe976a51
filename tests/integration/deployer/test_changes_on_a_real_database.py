"""Changes of a deployment in real transactions: each revision, the way back, and two things in the same moment."""

import asyncio
from typing import Any

import pytest

from chassis.mongo import Database
from contracts.deployments.requests import Intent
from tests.fakes.deployer import HandClock
from tests.fakes.deployer_examples import DEPLOYMENT
from tests.fakes.deployer_life import Life
from tests.integration.deployer.conftest import Service
from tests.unit.deployer.specs import SMALL, small_with

pytestmark = [pytest.mark.integration, pytest.mark.timeout(90)]

POSSIBLE = ((["succeeded"], ["too-late"]), (["cancelled"], ["cancelled"]))
"""How a request and the cancel that names it can end."""


async def running(database: Database) -> tuple[Service, Life]:
    """Given a deployment that runs, and versions that do and don't."""
    service = Service(database, HandClock())
    life = Life(service.perform, service.take_turn, service.clock, service.published.events)
    await life.publishes(SMALL, "1.0")
    await life.publishes(small_with("registry.test/hello:2"), "2.0")
    await life.publishes(small_with("registry.test/crashes:1"), "3.0")
    await life.runs(1)
    return service, life


async def test_upgrade_scale_restart_and_back(database: Database) -> None:
    """Each is the next revision and ends healthy; going back builds the first one again."""
    service, life = await running(database)
    objects = await life.objects()
    await life.runs(2, "2.0", intent=Intent.UPGRADE)
    await life.runs(3, "2.0", intent=Intent.SCALE, replicas=3)
    pods = set(await life.pods())
    await life.runs(4, "2.0", intent=Intent.RESTART, replicas=3, restarted_at=life.clock.now())
    assert len(await life.pods()) == 3
    assert not pods & set(await life.pods())
    await life.runs(5, intent=Intent.ROLL_BACK, revision=1)
    found = await life.objects()
    found["Deployment/assistant"]["metadata"]["labels"]["appstore.nl/generation"] = "1"
    assert found == objects
    assert life.ends() == {generation: ["succeeded"] for generation in range(1, 6)}
    await life.removes(6)
    await life.settles()
    assert await database.collection("revisions").count_documents({}) == 0
    assert set(await service.objects()) == {"Namespace", "Node"}


async def test_a_failed_upgrade_restores_the_objects_field_for_field(database: Database) -> None:
    """Looked at by another process each time, as after a kill: the objects of before, and one end."""
    service, life = await running(database)
    objects, pods = await life.objects(), await life.pods()
    await life.starts(2, "3.0")
    outcome: Any = None
    while not life.ends().get(2):
        other = Service(database, service.clock, service.published)
        again = Life(other.perform, other.take_turn, service.clock, service.published.events)
        outcome = await again.is_looked_at()
        service.clock.after(max(getattr(outcome, "seconds", 0), 0.001))
    assert (await life.objects(), await life.pods()) == (objects, pods)
    assert life.ends() == {1: ["succeeded"], 2: ["rolledback"]}
    assert life.last("DeploymentRolledBack").cause == "crash-loop"


@pytest.mark.parametrize("looks", [None, 0, 1, 3])
async def test_a_cancel_at_each_phase(database: Database, looks: int | None) -> None:
    """Not decided, started, applied, half way: what ran before runs, and both have their one end."""
    _, life = await running(database)
    objects, pods = await life.objects(), await life.pods()
    await life.asks(2, "2.0")
    if looks is not None:
        await life.is_approved(2, "2.0")
        for _ in range(looks):
            await life.is_looked_at()
            life.clock.after(0.3)
    await life.cancels(3, 2)
    await life.settles()
    assert (await life.objects(), await life.pods()) == (objects, pods)
    assert life.ends() == {1: ["succeeded"], 2: ["cancelled"], 3: ["cancelled"]}


async def test_an_end_and_a_cancel_in_the_same_moment(database: Database) -> None:
    """Whichever is first: one end for each, and what runs is what was told."""
    _, life = await running(database)
    for generation in (2, 4, 6):
        before = set(await life.pods())
        await life.starts(generation, restarted_at=life.clock.now())
        await life.is_looked_at()
        life.clock.after(10)
        await asyncio.gather(life.is_looked_at(), life.cancels(generation + 1, generation))
        await life.settles()
        ends = life.ends()
        assert (ends[generation], ends[generation + 1]) in POSSIBLE
        assert (set(await life.pods()) == before) is (ends[generation] == ["cancelled"])


async def test_two_requests_at_once(database: Database) -> None:
    """Both arrive while a third is rolled out: each has one end, and the newest is what runs."""
    _, life = await running(database)
    await life.starts(2, "3.0")
    await life.is_looked_at()
    await life.asks(3, "1.0")
    await life.asks(4, "2.0")
    await asyncio.gather(life.is_approved(4, "2.0"), life.is_approved(3), life.is_looked_at())
    await life.settles()
    assert life.ends() == {1: ["succeeded"], 2: ["superseded"], 3: ["superseded"], 4: ["succeeded"]}
    assert set((await life.pods()).values()) == {"registry.test/hello:2"}


async def test_old_documents_go_on(database: Database) -> None:
    """What a release without revisions stored is what a failed upgrade goes back to."""
    _, life = await running(database)
    objects = await life.objects()
    await database.collection("revisions").delete_many({})
    later = ["intent", "parameters", "secrets", "replicas", "restartedAt", "revision", "cancel"]
    fewer = {f"request.{name}": "" for name in later} | {"revision": "", "before": ""}
    await database.collection("desired_states").update_one({"_id": DEPLOYMENT}, {"$unset": fewer})
    await database.collection("known_requests").update_one({"_id": DEPLOYMENT}, {"$unset": dict.fromkeys(later, "")})
    gone = {"state.proven": "", "state.rollback": ""}
    await database.collection("state_deployments").update_one({"_id": DEPLOYMENT}, {"$unset": gone})
    await life.runs(2, "3.0")
    assert life.ends()[2] == ["rolledback"]
    assert await life.objects() == objects
