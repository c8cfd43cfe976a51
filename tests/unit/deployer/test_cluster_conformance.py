"""The simulated cluster does what every cluster does."""

from copy import deepcopy
from typing import Any

import pytest

from services.deployer.adapters.sandbox.cluster import SandboxCluster
from services.deployer.domain.observed import Observation
from services.deployer.ports import Object
from tests.fakes.cluster_conformance import App, ClusterConformance
from tests.fakes.cluster_rehearsals import ClusterRehearsals
from tests.fakes.deployer import FakeWorld
from tests.fakes.drift_conformance import EDITOR, DriftConformance


class SandboxStage:
    """The sandbox on stores in memory; waiting is the clock's hand."""

    def __init__(self, fake: FakeWorld) -> None:
        self._fake = fake
        self.cluster = SandboxCluster(fake.objects, fake.watched, fake.clock, fake.new_id)

    async def healthy(self, deployment: str) -> Observation:
        """Let a minute pass, second by second."""
        for _ in range(60):
            found = await self.cluster.observe(deployment)
            if found is not None and found.complete:
                return found
            self._fake.clock.after(1)
        message = f"not healthy within a minute: {found}"
        raise TimeoutError(message)

    async def gone(self, deployment: str, *, data: bool) -> int:
        """The sandbox removes at once."""
        deletion = await self.cluster.delete(deployment, data=data)
        assert deletion.remaining == 0
        return deletion.removed

    async def namespace_exists(self, name: str) -> bool:
        """Whether it is in the store."""
        return await self._fake.objects.named("Namespace", "", name) is not None

    async def without(self, deployment: str, kind: str) -> list[Object]:
        """What is there already."""
        found = list(await self.cluster.objects_of(deployment))
        assert kind not in {one["kind"] for one in found}
        return found

    async def edits(self, app: App, kind: str, name: str, patch: dict[str, Any]) -> None:
        """Write into the store, and leave a name as an API server would note it."""
        found = deepcopy(self._fake.objects.objects[kind, app.namespace, name])
        _merge(found, patch)
        entry = {"manager": EDITOR, "operation": "Update", "time": self._fake.clock.now().isoformat()}
        found["metadata"]["managedFields"].append(entry)
        self._fake.objects.objects[kind, app.namespace, name] = found

    async def deletes(self, app: App, kind: str, name: str) -> None:
        """Take it from the store."""
        del self._fake.objects.objects[kind, app.namespace, name]


def _merge(found: dict[str, Any], patch: dict[str, Any]) -> None:
    """A JSON merge patch."""
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        elif isinstance(value, dict):
            _merge(found.setdefault(name, {}), value)
        else:
            found[name] = value


@pytest.fixture
def stage(fake: FakeWorld) -> SandboxStage:
    """A fresh sandbox."""
    return SandboxStage(fake)


class TestSandbox(ClusterConformance, ClusterRehearsals):
    """Every sentence, on the sandbox."""


class TestDriftOnSandbox(DriftConformance):
    """Every sentence about what is changed by hand."""
