"""Two installations that reach one cluster: one acts, one stands by; who was stopped and wakes up writes nothing."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from chassis.errors import NotLeading
from chassis.health import Readiness
from infra.kubernetes.control_plane import ControlPlane
from infra.local.home import CHECKOUT
from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.adapters.kubernetes.cluster_lease import TTL_SECONDS
from services.deployer.adapters.kubernetes.lease_object import NAME
from tests.e2e.eventually import eventually
from tests.fakes.cluster_conformance import App
from tests.kubernetes.acting import acting
from tests.kubernetes.deployer_stage import LEASE_NAMESPACE, RealStage, administrator, deployer_on, role, shipped_rules
from tests.unit.deployer.specs import small_with

pytestmark = pytest.mark.asyncio(loop_scope="session")
STOPPED_SECONDS = 30.0 if os.environ.get("FULL") else 0.0
"""How long a holder stays stopped; at least until another one took over."""
_LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{LEASE_NAMESPACE}/leases/{NAME}"
_SOON = 4.0  # seconds: two looks


@pytest_asyncio.fixture(loop_scope="session")
async def rights(cluster: ControlPlane) -> AsyncIterator[None]:
    """The account has the role that we ship."""
    async with role(cluster, shipped_rules()):
        yield


@asynccontextmanager
async def stages(cluster: ControlPlane, folder: Path, count: int) -> AsyncIterator[list[RealStage]]:
    """So many deployers, each with its own connection and watches."""
    async with AsyncExitStack() as stack:
        found = []
        for number in range(count):
            own = folder / str(number)
            own.mkdir()
            found.append(await stack.enter_async_context(deployer_on(cluster, own)))
        yield found


async def until_acts(stage: RealStage, within: float) -> float:
    """Wait until this deployer may write; the seconds it took."""
    began = time.monotonic()

    async def may_write() -> bool:
        try:
            stage.kubernetes.connection.fence()
        except NotLeading:
            return False
        return True

    await eventually(may_write, bool, within, "it acts")
    return time.monotonic() - began


async def image(stage: RealStage, app: App) -> tuple[str, int]:
    """The image that the Deployment names, and how often its specification changed."""
    found: Any = await stage.there(f"/apis/apps/v1/namespaces/{app.namespace}/deployments/{app.name}")
    return found["spec"]["template"]["spec"]["containers"][0]["image"], found["metadata"]["generation"]


@pytest.mark.usefixtures("rights")
async def test_one_of_two_installations_acts(cluster: ControlPlane, tmp_path: Path) -> None:
    """The other one stands by, says who acts, is refused each write, and has the cluster once the first one ends."""
    app, readiness = App(), Readiness("deployer")
    async with stages(cluster, tmp_path, 2) as (first, second):
        async with acting(first, "first"):
            await until_acts(first, TTL_SECONDS + _SOON)
            async with acting(second, "second", readiness=readiness):

                async def notes() -> list[str]:
                    return list(readiness.report()["notes"])

                assert "installation first acts" in (await eventually(notes, bool, _SOON, "it says so"))[0]
                assert await first.cluster.apply(app.deployment, app.objects()) > 0
                with pytest.raises(NotLeading):
                    await second.cluster.apply(App().deployment, App().objects())
        async with acting(second, "second", readiness=readiness):
            assert await until_acts(second, _SOON) < _SOON
            assert readiness.report()["notes"] == []


@pytest.mark.usefixtures("rights")
async def test_a_successor_of_the_same_installation_need_not_wait(cluster: ControlPlane, tmp_path: Path) -> None:
    """Its database's own lease has decided: the process before it no longer leads, and is fenced."""
    async with stages(cluster, tmp_path, 2) as (killed, successor), acting(killed, "same", process="before"):
        await until_acts(killed, TTL_SECONDS + _SOON)
        async with acting(successor, "same", process="after"):
            assert await until_acts(successor, _SOON) < TTL_SECONDS / 2

            async def refused() -> bool:
                try:
                    killed.kubernetes.connection.fence()
                except NotLeading:
                    return True
                return False

            await eventually(refused, bool, TTL_SECONDS, "the one before is refused")
            await until_acts(successor, 0.1)


@pytest.mark.usefixtures("rights")
async def test_a_holder_that_was_stopped_and_wakes_up_overwrites_nothing(cluster: ControlPlane, tmp_path: Path) -> None:
    """Another process applies its older wish again and again, is stopped, overtaken, and woken up: ours stays."""
    app = App()
    old = await _other_deployer(cluster, app, tmp_path)
    try:
        async with stages(cluster, tmp_path, 1) as (stage,):
            await _line(old, "applied")
            os.kill(old.pid, signal.SIGSTOP)
            began = time.monotonic()
            async with acting(stage, "newer"):
                took = await until_acts(stage, TTL_SECONDS + 2 * _SOON)
                assert took > TTL_SECONDS / 2
                await stage.cluster.apply(app.deployment, app.objects(small_with("registry.test/hello:2"), 2))
                newest = await image(stage, app)
                while time.monotonic() - began < STOPPED_SECONDS:  # noqa: ASYNC110 - what counts is how long it lasts
                    await asyncio.sleep(0.2)
                os.kill(old.pid, signal.SIGCONT)
                await _line(old, "refused")
                await _line(old, "standing by")
                assert (await image(stage, app)) == newest == ("registry.test/hello:2", 2)
    finally:
        old.kill()
        await old.wait()


@pytest.mark.parametrize("missing", range(2))
async def test_without_a_right_to_the_lease_nobody_acts(cluster: ControlPlane, tmp_path: Path, missing: int) -> None:
    """Each rule of the role in our own namespace is needed."""
    async with administrator(cluster) as admin:
        with contextlib.suppress(ApiRefused):  # nobody had it yet
            await admin.request("DELETE", _LEASE)
    rest = [rule for number, rule in enumerate(shipped_rules("Role")) if number != missing]
    async with (
        role(cluster, shipped_rules(), rest),
        stages(cluster, tmp_path, 1) as (stage,),
        acting(stage, "first"),
    ):
        with pytest.raises(TimeoutError):
            await until_acts(stage, _SOON)


async def _other_deployer(cluster: ControlPlane, app: App, folder: Path) -> asyncio.subprocess.Process:
    token = folder / "other-token"
    token.write_text(cluster.deployer.token, encoding="ascii")
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.kubernetes.acting", cluster.address, str(token), str(cluster.authority),
        app.deployment, app.team, app.namespace,
        cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def _line(process: asyncio.subprocess.Process, wanted: str) -> None:
    """Read what it says until it says this."""
    assert process.stdout is not None
    async with asyncio.timeout(TTL_SECONDS + 30):
        while (line := (await process.stdout.readline()).decode()).strip() != wanted:
            assert line, "it ended"
