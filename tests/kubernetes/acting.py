"""An installation that acts on the tests' cluster; as a process of its own it applies one app again and again.

`python -m tests.kubernetes.acting SERVER TOKEN CA DEPLOYMENT TEAM NAMESPACE`
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

from chassis.clock import SystemClock
from chassis.errors import NotLeading, NotNow
from chassis.health import Readiness
from services.deployer.adapters.kubernetes.access import TokenAccess
from services.deployer.adapters.kubernetes.building import Kubernetes
from services.deployer.adapters.kubernetes.offers_file import NothingOffered
from services.deployer.reconciler.running import LeadsInstallation, WhileLeading
from tests.fakes.cluster_conformance import App
from tests.kubernetes.deployer_stage import RealStage


def leads(installation: str, process: str, readiness: Readiness) -> LeadsInstallation:
    """It leads its own replicas for ever."""

    async def while_leading(work: Callable[[], Awaitable[None]]) -> NoReturn:
        await work()
        raise AssertionError

    async def name() -> str:
        return installation

    return LeadsInstallation(name, process, lambda: True, while_leading, readiness)


@asynccontextmanager
async def acting(
    stage: RealStage, installation: str, *, process: str = "", readiness: Readiness | None = None
) -> AsyncIterator[WhileLeading]:
    """Contend for the cluster as this installation."""
    lead = leads(installation, process or installation, readiness or Readiness("deployer"))
    async with stage.kubernetes.acting(lead) as while_acting:
        yield while_acting


async def apply_for_ever(server: str, token: str, authority: str, deployment: str, team: str, namespace: str) -> None:
    """Contend, and say what became of each apply."""
    app = App(deployment=deployment, team=team, namespace=namespace)
    access = TokenAccess(server, Path(token), Path(authority))
    kubernetes = Kubernetes(access, "kubernetes", NothingOffered(("test",)), lambda _name: None)
    readiness = Readiness("deployer")
    lead, cluster = leads("older", "older", readiness), kubernetes.at(SystemClock())

    async def watch(work: Callable[[], Awaitable[None]]) -> NoReturn:
        await work()
        raise AssertionError

    async with kubernetes.acting(lead), kubernetes.watching(watch):
        while True:
            try:
                await cluster.apply(app.deployment, app.objects())
                _say("applied")
            except NotLeading:
                _say("refused")
            except NotNow as reason:
                _say(str(reason))
            if readiness.report()["notes"]:
                _say("standing by")
            await asyncio.sleep(0.05)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(apply_for_ever(*sys.argv[1:]))
