"""Start a real control plane in a folder of its own, and stop everything it started.

etcd, the API server, the controller-manager, the scheduler and kwok, all on the loopback address. Objects go through
the real admission, controllers and scheduler; nodes and what happens to pods on them are simulated by kwok. Each part
dies with this process, also when it is killed with -9.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from infra.kubernetes.accounts import ADMINISTRATOR, DEPLOYER, Account, keep_accounts
from infra.kubernetes.binaries import binaries
from infra.kubernetes.certificates import keep_certificates
from infra.kubernetes.home import PlaneHome
from infra.kubernetes.nodes import Nodes, NodeSize
from infra.kubernetes.parts import stages
from infra.local.child import Child
from infra.local.part import Stage
from infra.local.part_log import last_lines
from infra.local.ports import HOST
from infra.local.ready import NotReady, ReadyCheck

FIRST_START = 90.0  # seconds within which a part must be ready; on a busy machine it takes ten times the usual
_LOOK = 0.05  # seconds between two looks at what is starting
FOUR_NODES = (NodeSize(),) * 4


class ControlPlaneError(Exception):
    """A part did not become ready; the text says which, why, and what it wrote last."""


class ControlPlane:
    """One running cluster: `address` of the API server, `authority` (its CA file), and the accounts that may speak."""

    def __init__(
        self, home: PlaneHome, address: str, authority: Path, accounts: Mapping[str, Account], plan: Sequence[Stage]
    ) -> None:
        """Describe a cluster that `control_plane` is about to start."""
        self.home = home.root
        self.address = address
        self.authority = authority
        self.admin = accounts[ADMINISTRATOR]
        self.deployer = accounts[DEPLOYER]
        self._logs = home.logs
        self._parts = {part.name: part for stage in plan for part in stage.parts}
        self._plan = plan
        self._children: dict[str, Child] = {}

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig file."""
        return self.admin.kubeconfig

    def pid(self, name: str) -> int:
        """The process id of a part that runs."""
        return self._children[name].pid

    def log(self, name: str) -> Path:
        """The file with what a part wrote."""
        return self._logs / f"{name}.log"

    async def start(self, name: str) -> None:
        """Start a part that does not run, with the port and data it had, and wait until it is ready.

        Raises:
            ControlPlaneError: it ended, or was not ready in time.
        """
        part = self._parts[name]
        child = await Child.start(part.command, part.environment, self.log(name))
        self._children[name] = child
        await self._until(part.name, part.ready, child)

    async def kill(self, name: str) -> None:
        """End a part as `kill -9` does, and return when it is gone.

        While the API server is away, its clients ask ever more rarely: after an outage of 15 seconds the controllers
        may need half a minute to notice that it is back, as in any cluster. Starting them again makes it a second.
        """
        await self._children.pop(name).kill()

    async def stop(self, name: str) -> None:
        """Ask a part to end; when it does not within its time, kill it."""
        await self._children.pop(name).stop(self._parts[name].stop_within)

    async def any_end(self) -> str:
        """Wait until a part ends by itself, and return its name."""
        ends = {asyncio.create_task(child.ended()): name for name, child in self._children.items()}
        done, others = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in others:
            task.cancel()
        return ends[done.pop()]

    async def start_all(self) -> None:
        """Start every part in order. Raises ControlPlaneError."""
        for stage in self._plan:
            starts = (self.start(part.name) for part in stage.parts)
            # All of them are over before the first failure is told: what is still starting could not be stopped.
            for outcome in await asyncio.gather(*starts, return_exceptions=True):
                if outcome is not None:
                    raise outcome

    async def stop_all(self) -> None:
        """Stop what runs, those that others need last."""
        for stage in reversed(self._plan):
            await asyncio.gather(*(self.stop(part.name) for part in stage.parts if part.name in self._children))

    async def give_nodes(self, sizes: Sequence[NodeSize]) -> None:
        """Have these nodes, and wait until pods can be made and placed. Raises ControlPlaneError, httpx.HTTPError."""
        nodes = Nodes(self.address, ssl.create_default_context(cafile=self.authority), self.admin)
        try:
            await nodes.make(tuple(sizes))
            await self._until("the cluster", nodes.look, self._children["kwok"])
        finally:
            await nodes.close()

    async def _until(self, name: str, ready: ReadyCheck | None, child: Child) -> None:
        deadline = time.monotonic() + FIRST_START
        reason = "it ended"
        while ready is not None and not await child.ends_within(0) and time.monotonic() < deadline:
            try:
                await ready()
            except NotReady as missing:
                reason = str(missing)
                await child.ends_within(_LOOK)
            else:
                return
        wrote = "\n".join(last_lines(self.log(name)))
        raise ControlPlaneError(f"{name} did not become ready: {reason}\n{wrote}")


@asynccontextmanager
async def control_plane(
    home: Path, nodes: Sequence[NodeSize] = FOUR_NODES, port: int | None = None, audited: Collection[str] = ()
) -> AsyncIterator[ControlPlane]:
    """A cluster in which a Deployment can become Available, for as long as the block runs.

    `home` is its folder; a second start in it finds the same objects, tokens and address. `port` is the API server's.
    What the accounts named in `audited` ask of it is recorded (`audit.py`).

    Raises:
        NoGoError, BuildError: the programs are not built yet, and can't be.
        PlaneHomeInUseError: another one runs in this folder.
        ControlPlaneError: a part did not become ready.
    """
    programs = await asyncio.to_thread(binaries)
    place = _make(home)
    with place.hold():
        ports = place.ports(port)
        certificates = keep_certificates(place)
        address = f"https://{HOST}:{ports.kube_apiserver}"
        accounts = keep_accounts(place, address, certificates.authority)
        plan = stages(programs, place, ports, certificates, accounts, audited)
        cluster = ControlPlane(place, address, certificates.authority, accounts, plan)
        try:
            await cluster.start_all()
            await cluster.give_nodes(nodes)
            yield cluster
        finally:
            await cluster.stop_all()


def _make(home: Path) -> PlaneHome:
    place = PlaneHome(home.resolve())
    place.make()
    return place
