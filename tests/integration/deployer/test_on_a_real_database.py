"""The deployer's life in real transactions: what is stored, what survives a restart, who gets in whose way."""

import asyncio
from datetime import timedelta

import pytest

from chassis.mongo import Database
from contracts.apps.spec import AppSpec
from services.deployer.reconciler.outcome import AgainAfter, Done, Outcome
from services.deployer.usecases.accept_request import accept_request
from services.deployer.usecases.close_undecided import close_undecided
from services.deployer.usecases.register_cluster import register_cluster
from services.deployer.usecases.remember_version import remember_version
from services.deployer.usecases.remove_deployment import remove_deployment
from services.deployer.usecases.start_deployment import start_deployment
from tests.fakes.deployer import HandClock
from tests.fakes.deployer_examples import DEPLOYMENT, an_id, approved, asked, published, removal_asked
from tests.integration.deployer.conftest import Service
from tests.unit.deployer.specs import SMALL, small_with

pytestmark = [pytest.mark.integration, pytest.mark.timeout(90)]
LOOKS = 100


async def started(
    service: Service,
    spec: AppSpec = SMALL,
    deployment: str = DEPLOYMENT,
    name: str = "assistant",
) -> None:
    """Given an approved deployment."""
    await service.handle(remember_version, published(spec))
    await service.handle(accept_request, asked(deployment=deployment, name=name))
    assert await service.handle(start_deployment, approved(deployment=deployment)) == ["deployment.started.v1"]


async def settled(service: Service, deployment: str = DEPLOYMENT) -> None:
    """When it is reconciled as often as its outcomes ask for."""
    for _ in range(LOOKS):
        outcome = await service.reconcile(deployment)
        if not isinstance(outcome, AgainAfter):
            assert outcome == Done()
            return
        service.clock.after(outcome.seconds)
    pytest.fail("it never settles")


async def test_the_whole_life_of_a_deployment(database: Database) -> None:
    """From the request to healthy, and away again: the objects are exactly those asked for."""
    service = Service(database, HandClock())
    await started(service)
    await settled(service)
    assert service.told()[-1] == "deployment.succeeded.v1"
    assert await service.objects() == [
        "ConfigMap", "Deployment", "Namespace", "NetworkPolicy", "NetworkPolicy", "Pod", "Service", "ServiceAccount",
    ]  # fmt: skip
    await service.handle(remove_deployment, removal_asked())
    assert await service.names() == (DEPLOYMENT,)
    await settled(service)
    assert service.told()[-2:] == ["deployment.progressed.v1", "deployment.removed.v1"]
    assert await service.objects() == ["Namespace", "Node"]
    assert await service.names() == ()


async def test_a_restart_with_nothing_changed_records_nothing(database: Database) -> None:
    """Another process on the same database finds all as it should be, and tells and writes nothing."""
    first = Service(database, HandClock())
    await first.handle(register_cluster, None)
    await started(first)
    await settled(first)
    ledger, objects = await database.collection("ledger").count_documents({}), await revision(database)
    again = Service(database, first.clock)
    again.clock.after(3600)
    await again.handle(register_cluster, None)
    await again.handle(close_undecided, None)
    for name in await again.names():
        assert await again.reconcile(name) == Done()
    assert again.told() == []
    assert (await database.collection("ledger").count_documents({}), await revision(database)) == (ledger, objects)


async def test_a_rollout_goes_on_in_another_process(database: Database) -> None:
    """Stopped between any two looks, what was told is not told again and the end comes once."""
    service = Service(database, HandClock())
    await started(service)
    told = service.told()
    outcome: Outcome = AgainAfter(0)
    while isinstance(outcome, AgainAfter):
        service.clock.after(outcome.seconds)
        service = Service(database, service.clock)
        outcome = await service.reconcile(DEPLOYMENT)
        told += service.told()
    assert told == ["deployment.started.v1", *["deployment.progressed.v1"] * 6, "deployment.succeeded.v1"]


async def test_deployments_at_once_never_share_the_same_room(database: Database) -> None:
    """Six pods of two and a half cores on nodes of eight, placed at the same time: three on a node and no more."""
    service = Service(database, HandClock())
    names = {an_id(0xD200 + number): f"app-{number}" for number in range(6)}
    for deployment, name in names.items():
        await started(service, small_with(cpu="2500m"), deployment, name)
    await asyncio.gather(*(service.reconcile(deployment) for deployment in names))
    nodes = [await node_of(service, deployment) for deployment in names]
    assert sorted(nodes) == ["worker-1"] * 3 + ["worker-2"] * 3


async def test_undecided_requests_are_found_by_their_deadline(database: Database) -> None:
    """The earliest deadline first, and only those that are due."""
    service = Service(database, HandClock())
    await service.handle(accept_request, asked())
    later = service.clock.now() + timedelta(seconds=30)
    await service.handle(accept_request, asked(deployment=an_id(7), name="other", at=later))
    service.clock.after(66)
    assert await service.handle(close_undecided, None) == ["deployment.closed.v1"]
    service.clock.after(30)
    assert await service.handle(close_undecided, None) == ["deployment.closed.v1"]
    assert await service.handle(close_undecided, None) == []


async def revision(database: Database) -> int:
    """The cluster's resource version."""
    found = await database.collection("sandbox_revision").find_one({"_id": "revision"})
    return int(found["value"]) if found else 0


async def node_of(service: Service, deployment: str) -> str:
    """Where the pod of a deployment is."""
    observed = await service.performer.perform(lambda motion: service.cluster_of(motion).observe(deployment))
    assert observed is not None
    return observed.pods[0].node or ""
