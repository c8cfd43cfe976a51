"""The deployer's Kubernetes adapter on the tests' cluster, as the deployer's own account with the role that we ship."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

import yaml

from chassis.clock import SystemClock
from chassis.errors import NotNow
from infra.kubernetes.control_plane import ControlPlane
from services.deployer.adapters.kubernetes.access import KubeconfigAccess, TokenAccess
from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.adapters.kubernetes.building import Kubernetes
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.kinds import WATCHED
from services.deployer.adapters.kubernetes.offers_file import NothingOffered
from services.deployer.adapters.kubernetes.pace import Pace
from services.deployer.adapters.kubernetes.reach import WHOLE_CLUSTER, Reach
from services.deployer.domain.observed import Observation
from services.deployer.ports import Object
from tests.e2e.eventually import eventually
from tests.fakes.cluster_conformance import App
from tests.fakes.drift_conformance import EDITOR

ROLES = Path(__file__).parents[2] / "infra" / "kubernetes" / "rbac.yaml"
LEASE_NAMESPACE = "appstore"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
_PATHS = {kind.name: kind for kind in WATCHED}
_WITHIN = 60.0  # seconds; kwok's pods take up to ten, and other work on this machine stretches them


@asynccontextmanager
async def administrator(cluster: ControlPlane) -> AsyncIterator[Connection]:
    """Plain requests with every right."""
    connection = Connection(KubeconfigAccess(cluster.admin.kubeconfig), Pace(1000, 1000, _loop_time()))
    try:
        yield connection
    finally:
        await connection.close()


def shipped_rules(kind: str = "ClusterRole") -> list[dict[str, Any]]:
    """The rules of the role that we ship; those of the `Role` are about the Lease."""
    documents = list(yaml.safe_load_all(ROLES.read_text(encoding="utf-8")))
    rules: list[dict[str, Any]] = next(one for one in documents if one["kind"] == kind)["rules"]
    return rules


@asynccontextmanager
async def role(
    cluster: ControlPlane, rules: Sequence[dict[str, Any]], leasing: Sequence[dict[str, Any]] | None = None
) -> AsyncIterator[None]:
    """The deployer's account may do what these rules say, and nothing more, until the block ends.

    `leasing` are the rules within its own namespace; those that we ship when nothing else is said.
    """
    own = shipped_rules("Role") if leasing is None else leasing
    async with administrator(cluster) as admin:
        await _namespace(admin, LEASE_NAMESPACE)
        async with (
            _bound(admin, RBAC, "Cluster", cluster.deployer.name, rules),
            _bound(admin, f"{RBAC}/namespaces/{LEASE_NAMESPACE}", "", cluster.deployer.name, own),
        ):
            await _counts(cluster, rules[-1], own)
            yield


@asynccontextmanager
async def _bound(
    admin: Connection, path: str, scope: str, account: str, rules: Sequence[dict[str, Any]]
) -> AsyncIterator[None]:
    made = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": account}}
    group = "rbac.authorization.k8s.io"
    paths = f"{path}/{scope.lower()}roles", f"{path}/{scope.lower()}rolebindings"
    await admin.request("POST", paths[0], None, {**made, "kind": f"{scope}Role", "rules": list(rules)})
    subject = {"kind": "User", "name": account, "apiGroup": group}
    reference = {"kind": f"{scope}Role", "name": account, "apiGroup": group}
    binding = {**made, "kind": f"{scope}RoleBinding", "roleRef": reference, "subjects": [subject]}
    await admin.request("POST", paths[1], None, binding)
    try:
        yield
    finally:
        for one in reversed(paths):
            await admin.request("DELETE", f"{one}/{account}")


async def _namespace(admin: Connection, name: str) -> None:
    with contextlib.suppress(ApiRefused):  # it is there
        await admin.request("POST", "/api/v1/namespaces", None, {"kind": "Namespace", "metadata": {"name": name}})


async def _counts(cluster: ControlPlane, rule: dict[str, Any], own: Sequence[dict[str, Any]]) -> None:
    """The API server learns of a binding, and of the end of one, by watching: a moment later."""
    connection = Connection(KubeconfigAccess(cluster.deployer.kubeconfig), Pace(1000, 1000, _loop_time()))
    version = "authorization.k8s.io/v1"
    spec = {"namespace": LEASE_NAMESPACE}
    review = {"kind": "SelfSubjectRulesReview", "apiVersion": version, "spec": spec}

    async def found() -> list[tuple[list[str], set[str]]]:
        answer = await connection.request("POST", f"/apis/{version}/selfsubjectrulesreviews", None, review)
        return [(one["resources"], set(one["verbs"])) for one in answer["status"]["resourceRules"]]

    def as_given(rules: list[tuple[list[str], set[str]]]) -> bool:
        leasing = {verb for resources, verbs in rules if resources == ["leases"] for verb in verbs}
        there = any(resources == rule["resources"] for resources, _ in rules)
        return there and leasing == {verb for one in own for verb in one["verbs"]}

    try:
        await eventually(found, as_given, 10.0, "the role counts")
    finally:
        await connection.close()


class RealStage:
    """The adapter with its watches running."""

    def __init__(self, kubernetes: Kubernetes, admin: Connection, woken: list[str], leading: "_Leading") -> None:
        self.kubernetes, self.admin, self.woken, self.leading = kubernetes, admin, woken, leading
        self.cluster = kubernetes.at(SystemClock())

    async def synced(self) -> bool:
        """Whether the watches have seen everything."""
        try:
            await self.cluster.objects_of("nothing")
        except NotNow:
            return False
        return True

    def stop_watching(self) -> None:
        """Cut every watch, and keep it cut: nobody tells the caches of anything from now on."""
        self.leading.cancel()

    async def healthy(self, deployment: str) -> Observation:
        """What is shown once every pod is ready."""

        async def look() -> Observation | None:
            return await self.cluster.observe(deployment)

        found = await eventually(look, lambda one: one is not None and one.complete, _WITHIN, "healthy")
        assert found is not None
        return found

    async def gone(self, deployment: str, *, data: bool) -> int:
        """Remove until nothing remains; how many objects were removed in all."""
        removed = 0

        async def remove() -> int:
            nonlocal removed
            deletion = await self.cluster.delete(deployment, data=data)
            removed += deletion.removed
            return deletion.remaining

        await eventually(remove, lambda left: not left, _WITHIN, "nothing is left")
        return removed

    async def namespace_exists(self, name: str) -> bool:
        """Whether a namespace is there, and not on its way out."""
        found = await self.there(f"/api/v1/namespaces/{name}")
        return found is not None and found["status"]["phase"] == "Active"

    async def there(self, path: str) -> Object | None:
        """One object as the server has it."""
        try:
            found: Object = await self.admin.request("GET", path)
        except ApiRefused as refused:
            if refused.status != 404:
                raise
            return None
        return found

    async def edits(self, app: App, kind: str, name: str, patch: dict[str, Any]) -> None:
        """Merge this into an object, as `kubectl edit` does."""
        path = _PATHS[kind].path(app.namespace, name)
        await self.admin.request("PATCH", path, {"fieldManager": EDITOR}, patch, "application/merge-patch+json")

    async def deletes(self, app: App, kind: str, name: str) -> None:
        """Delete an object."""
        await self.admin.request("DELETE", _PATHS[kind].path(app.namespace, name))

    async def without(self, deployment: str, kind: str) -> list[Object]:
        """The deployment's objects once none of this kind is left."""

        async def look() -> list[Object]:
            return list(await self.cluster.objects_of(deployment))

        return await eventually(look, lambda found: kind not in {one["kind"] for one in found}, _WITHIN, "pruned")


@asynccontextmanager
async def deployer_on(
    cluster: ControlPlane,
    folder: Path,
    within: float = _WITHIN,
    wake: Callable[[str], None] | None = None,
    *,
    server: str | None = None,
    token: str | None = None,
    reach: Reach = WHOLE_CLUSTER,
) -> AsyncIterator[RealStage]:
    """The adapter as the deployer runs it: by server, token file and CA file; watching until the block ends.

    What its watches tell goes to `wake`, or is kept in `woken`. `server` is another way to the same API server, `token`
    another account's.

    Raises TimeoutError when not everything is listed `within` so many seconds.
    """
    file = folder / "token"
    file.write_text(token or cluster.deployer.token, encoding="ascii")
    woken: list[str] = []
    access = TokenAccess(server or cluster.address, file, cluster.authority)
    kubernetes = Kubernetes(access, "kubernetes", NothingOffered(("test",)), wake or woken.append, reach=reach)
    leading = _Leading()
    async with administrator(cluster) as admin, kubernetes.watching(leading.while_leading):
        stage = RealStage(kubernetes, admin, woken, leading)
        await eventually(stage.synced, bool, within, "everything is listed")
        yield stage


class _Leading:
    """A lease that this process holds until it is told otherwise."""

    def __init__(self) -> None:
        self._work: asyncio.Future[None] | None = None

    async def while_leading(self, work: Callable[[], Awaitable[None]]) -> NoReturn:
        """Run the work until it is cancelled, then nothing."""
        self._work = asyncio.ensure_future(work())
        try:
            await asyncio.gather(self._work, return_exceptions=True)
            await asyncio.Event().wait()
        finally:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
        raise AssertionError

    def cancel(self) -> None:
        """End the work."""
        if self._work is not None:
            self._work.cancel()


def _loop_time() -> Callable[[], float]:
    return asyncio.get_running_loop().time
