"""The deployer as its supervisor runs it: a process of its own on a broker, a database and the real API server.

Killed with -9 by the test, it is started again at once.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from infra.kubernetes.control_plane import ControlPlane
from infra.local.child import Child
from infra.local.stack import Stack, start
from tests.fakes.deployer_log import Log, listening
from tests.kubernetes.api_proxy import ApiProxy, api_proxy

_PARTS = ("database", "broker", "topics")
_QUICK = {"APPSTORE_SESSION_TIMEOUT_MS": "1000", "APPSTORE_HEARTBEAT_MS": "100", "APPSTORE_LOG_LEVEL": "info"}


class KillableDeployer:
    """The process, and its successors."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment, self._log = environment, log
        self._child: Child | None = None
        self.kills = 0

    async def run(self) -> None:
        """Keep one running until cancelled."""
        try:
            while True:
                command = (sys.executable, "-m", "services.deployer.main")
                self._child = await Child.start(command, self._environment, self._log)
                await self._child.ended()
        finally:
            if self._child is not None:
                await self._child.kill()

    async def kill(self) -> None:
        """End it as `kill -9` does; its successor starts at once."""
        if self._child is not None:
            self.kills += 1
            await self._child.kill()


class Scene:
    """What a test has: the log, the proxy and the deployer."""

    def __init__(self, log: Log, proxy: ApiProxy, deployer: KillableDeployer) -> None:
        self.log, self.proxy, self.deployer = log, proxy, deployer


@asynccontextmanager
async def scene(cluster: ControlPlane, folder: Path) -> AsyncIterator[Scene]:
    """A deployer on the tests' cluster, with its account and a log of its own, until the block ends."""
    async with (
        start(home=folder / "stack", only=_PARTS) as stack,
        listening(stack.kafka) as log,
        api_proxy(cluster.address, cluster.authority) as proxy,
    ):
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(json.dumps(_kubeconfig(proxy.address, cluster.deployer.token)), encoding="utf-8")
        deployer = KillableDeployer(_environment(stack, kubeconfig), folder / "deployer.log")
        running = asyncio.create_task(deployer.run())
        try:
            yield Scene(log, proxy, deployer)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def _environment(stack: Stack, kubeconfig: Path) -> dict[str, str]:
    return {
        "APPSTORE_KAFKA": stack.kafka,
        "APPSTORE_MONGO": stack.mongo,
        "APPSTORE_REPLICA": "deployer",
        "APPSTORE_KUBECONFIG": str(kubeconfig),
        **_QUICK,
    }


def _kubeconfig(server: str, token: str) -> dict[str, object]:
    here = "through-the-proxy"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": here, "cluster": {"server": server}}],
        "users": [{"name": here, "user": {"token": token}}],
        "contexts": [{"name": here, "context": {"cluster": here, "user": here}}],
        "current-context": here,
    }
