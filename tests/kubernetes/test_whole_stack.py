"""The whole stack on a control plane of its own, as `make up CLUSTER=kubernetes` starts it: from request to objects.

The API server, its controllers and the scheduler are Kubernetes' own; pods, volumes and the registry are simulated.
"""

import json
import ssl
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from appstore_client.models import Operation

from infra.kubernetes.in_the_stack import place_in
from infra.local.demo import own_app
from infra.local.demo.stack import Place
from infra.local.demo.story import tell
from infra.local.stack import Stack, start
from tests.e2e.app_folder import write_app
from tests.e2e.eventually import eventually
from tests.e2e.person import Person, signed_in
from tests.kubernetes.cluster_client import deployment as by_hand

pytestmark = pytest.mark.asyncio(loop_scope="session")
NAMESPACE = "team-data-test"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
WITHIN = 60.0
"""Seconds for what takes two on a quiet machine."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A stack of the module's own, its deployer's rights those that we ship."""
    environment = {"CLUSTER": "kubernetes"}
    async with start(home=tmp_path_factory.mktemp("stack"), environment=environment, within=120) as stack:
        yield stack


@pytest_asyncio.fixture(loop_scope="session")
async def demi(stack: Stack) -> AsyncIterator[Person]:
    """A developer of team-data."""
    async with signed_in(stack, "demi") as person:
        yield person


@pytest_asyncio.fixture(loop_scope="session")
async def api(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """The API server, for its administrator."""
    config = json.loads((place_in(stack.home).credentials / "admin.kubeconfig").read_text(encoding="utf-8"))
    cluster, token = config["clusters"][0]["cluster"], config["users"][0]["user"]["token"]
    trusted = ssl.create_default_context(cafile=cluster["certificate-authority"])
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=cluster["server"], verify=trusted, headers=headers, trust_env=False) as api:
        yield api


async def bring(stack: Stack, demi: Person, name: str, memory: str = "64Mi") -> None:
    """Bring an app whose image the registry knows, and wait until it may be deployed."""
    write_app(stack.home.apps, name, image=own_app.IMAGES[own_app.FIRST], memory=memory)

    async def listed() -> bool:
        return name in {card.name for card in await demi.store.apps.list_all() if card.score is not None}

    await eventually(listed, bool, WITHIN, f"{name} is scored")


async def ends(demi: Person, operation: Operation, status: str) -> str:
    """The deployment of an operation that ends so."""
    ended = await demi.ended(operation, WITHIN)
    assert ended.status == status, ended
    return str(ended.subject.deployment)


async def items(api: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    """What the server lists."""
    found: list[dict[str, Any]] = (await api.get(path)).raise_for_status().json()["items"]
    return found


async def test_a_request_becomes_real_objects_and_goes_with_them(
    stack: Stack, demi: Person, api: httpx.AsyncClient
) -> None:
    """Deployed with a quota and made by the restricted account; removed whole; what somebody made beside it stays."""
    await bring(stack, demi, "first")
    asked = await demi.store.deployments.request("first", environment="test", name="papers")
    deployment = await ends(demi, asked, "succeeded")
    made = (await api.get(f"{DEPLOYMENTS}/papers")).raise_for_status().json()
    assert made["status"]["availableReplicas"] == 1
    assert {one["manager"] for one in made["metadata"]["managedFields"]} >= {"appstore", "kube-controller-manager"}
    assert [quota["spec"]["hard"]["pods"] for quota in await items(api, "/api/v1/resourcequotas")] == ["60"]
    theirs = (await api.post(DEPLOYMENTS, json=by_hand("by-hand"))).raise_for_status().json()

    await ends(demi, await demi.store.deployments.remove(deployment), "succeeded")
    left = await items(api, DEPLOYMENTS)
    assert [(one["metadata"]["uid"], one["spec"]) for one in left] == [(theirs["metadata"]["uid"], theirs["spec"])]


async def test_the_scheduler_decides_that_it_fits_nowhere(stack: Stack, demi: Person) -> None:
    """No node has so much memory: Kubernetes says so, and the operation ends with that and what is missing."""
    await bring(stack, demi, "huge", memory="900Gi")
    asked = await demi.store.deployments.request("huge", environment="test", name="huge")
    ended = await demi.ended(asked, WITHIN)
    assert (ended.status, ended.problem.code if ended.problem else "") == ("failed", "unschedulable")


async def test_an_api_server_that_dies_is_started_again_and_nothing_is_lost(
    stack: Stack, demi: Person, api: httpx.AsyncClient
) -> None:
    """A change that is asked while it is away is carried out when the supervisor has brought it back."""
    await bring(stack, demi, "second")
    asked = await demi.store.deployments.request("second", environment="test", name="patient")
    deployment = await ends(demi, asked, "succeeded")
    await stack.kill("kube-apiserver")
    await ends(demi, await demi.store.deployments.change(deployment, replicas=2), "succeeded")

    async def available() -> int:
        found = (await api.get(f"{DEPLOYMENTS}/patient")).raise_for_status().json()
        return int(found["status"]["availableReplicas"])

    # Pods tell that they are ready; the controller, which lost its connection as well, counts them when it is back.
    assert await eventually(available, lambda count: count == 2, WITHIN, "both pods are available") == 2
    await stack.ready(WITHIN)


async def test_the_demo_shows_the_whole_life(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Every step of it, and it says which part of this cluster is simulated."""

    async def here() -> Place:
        return Place(stack.address, stack.home)

    await tell(here)
    said = capsys.readouterr().out
    assert "a real API server, with 3 nodes without a kubelet" in said
    assert "which can't start: it goes back by itself" in said
    assert "steps are done" in said
