"""Every way to a cluster's credential, with real service accounts of a real API server; none of it is ever logged."""

import base64
import json
import logging
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
import structlog
import yaml

from chassis.errors import NotNow
from chassis.ledger import new_id
from infra.kubernetes.control_plane import ControlPlane
from services.deployer.adapters.kubernetes import access as ways
from services.deployer.adapters.kubernetes.access import Access, KubeconfigAccess, TokenAccess, account_of_the_pod
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.kinds import NODE
from services.deployer.adapters.kubernetes.pace import Pace
from services.deployer.ports import Object
from tests.e2e.eventually import eventually
from tests.fakes.cluster_conformance import App
from tests.kubernetes.deployer_stage import RBAC, administrator, deployer_on, shipped_rules
from tests.kubernetes.spoiling_proxy import Seen, proxy_to

pytestmark = pytest.mark.asyncio(loop_scope="session")
_SECONDS = 600
"""The shortest life of a token that the API server gives."""


class ServiceAccount:
    """A real service account of the test's own, bound to the role that we ship."""

    def __init__(self, admin: Connection, namespace: str) -> None:
        self._admin, self.namespace = admin, namespace

    async def token(self, bound_to: Object | None = None) -> str:
        """A new token by TokenRequest; it counts for as long as the Secret that it is bound to is there."""
        spec: Object = {"expirationSeconds": _SECONDS}
        if bound_to is not None:
            metadata = bound_to["metadata"]
            reference = {"kind": "Secret", "apiVersion": "v1", "name": metadata["name"], "uid": metadata["uid"]}
            spec["boundObjectRef"] = reference
        path = f"/api/v1/namespaces/{self.namespace}/serviceaccounts/appstore-deployer/token"
        answer = await self._admin.request("POST", path, None, {"spec": spec})
        return str(answer["status"]["token"])

    async def secret(self) -> Object:
        """Something that a token's life can hang on."""
        path = f"/api/v1/namespaces/{self.namespace}/secrets"
        found: Object = await self._admin.request("POST", path, None, {"metadata": {"name": f"life-{new_id()}"}})
        return found

    async def delete(self, secret: Object) -> None:
        """From now on the tokens that are bound to it have expired."""
        path = f"/api/v1/namespaces/{self.namespace}/secrets/{secret['metadata']['name']}"
        await self._admin.request("DELETE", path)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def account(cluster: ControlPlane) -> AsyncIterator[ServiceAccount]:
    """Made as `rbac.yaml` makes it."""
    name, namespace = "appstore-deployer", f"appstore-{new_id()[-12:]}"
    subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    reference = {"kind": "ClusterRole", "name": namespace, "apiGroup": "rbac.authorization.k8s.io"}
    async with administrator(cluster) as admin:
        await admin.request("POST", "/api/v1/namespaces", None, {"metadata": {"name": namespace}})
        await admin.request(
            "POST", f"/api/v1/namespaces/{namespace}/serviceaccounts", None, {"metadata": {"name": name}}
        )
        made = {"metadata": {"name": namespace}}
        await admin.request("POST", f"{RBAC}/clusterroles", None, {**made, "rules": shipped_rules()})
        binding = {**made, "roleRef": reference, "subjects": [subject]}
        await admin.request("POST", f"{RBAC}/clusterrolebindings", None, binding)
        yield ServiceAccount(admin, namespace)
        for path in (f"{RBAC}/clusterrolebindings", f"{RBAC}/clusterroles", "/api/v1/namespaces"):
            await admin.request("DELETE", f"{path}/{namespace}")


@asynccontextmanager
async def connected(access: Access) -> AsyncIterator[Connection]:
    """A connection by this way, closed at the end."""
    connection = Connection(access, Pace(1000, 1000, lambda: 0.0))
    try:
        yield connection
    finally:
        await connection.close()


async def works(connection: Connection) -> None:
    """The account may read nodes, once its binding counts."""

    async def nodes() -> int:
        try:
            return len((await connection.request("GET", NODE.path()))["items"])
        except Exception as error:  # noqa: BLE001 - whatever it is, it is shown when it lasts
            return -len(str(error))

    await eventually(nodes, lambda found: found > 0, 30.0, "the account is let in")


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Everything that is logged from now on, of every library and at every level."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{self.format(record)} {record.__dict__}")

    handler = Kept()
    root = logging.getLogger()
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as entries:
        root.addHandler(handler)
        try:
            yield lines
        finally:
            root.removeHandler(handler)
            lines.extend(map(str, entries))


async def expires(cluster: ControlPlane, folder: Path, token: str) -> None:
    """Wait until the API server does not take a token any more; it remembers one for ten seconds."""
    (folder / "expiring").write_text(token, encoding="ascii")
    async with connected(TokenAccess(cluster.address, folder / "expiring", cluster.authority)) as connection:

        async def refused() -> str:
            try:
                await connection.request("GET", "/version")
            except NotNow as reason:
                return str(reason)
            return ""

        assert "does not know the deployer's credential" in await eventually(refused, bool, 60.0, "it expired")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def expired(cluster: ControlPlane, account: ServiceAccount, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A token that counted once."""
    life = await account.secret()
    token = await account.token(bound_to=life)
    await account.delete(life)
    await expires(cluster, tmp_path_factory.mktemp("expired"), token)
    return token


async def test_a_token_that_expired_is_read_again_from_its_file(
    cluster: ControlPlane, account: ServiceAccount, expired: str, tmp_path: Path
) -> None:
    """The server answers 401: not now, while the file is not fresh; once it is, one request and one more try do."""
    file = tmp_path / "token"
    file.write_text(expired, encoding="ascii")
    async with connected(TokenAccess(cluster.address, file, cluster.authority, fresh_seconds=3600)) as connection:
        with pytest.raises(NotNow, match="does not know the deployer's credential"):
            await connection.request("GET", "/version")
        file.write_text(await account.token(), encoding="ascii")
        before = connection.requests
        assert await connection.request("GET", "/version")
        assert connection.requests - before == 2
        await works(connection)


async def test_a_watch_outlives_the_token_it_began_with(
    cluster: ControlPlane, account: ServiceAccount, tmp_path: Path
) -> None:
    """Cut after the old token expired, every watch begins again with the new one, and what happens then is told."""
    life = await account.secret()
    async with (
        proxy_to(cluster) as proxy,
        deployer_on(cluster, tmp_path, server=proxy.address, token=await account.token(bound_to=life)) as stage,
    ):
        app = App()
        await stage.cluster.apply(app.deployment, app.objects())
        await account.delete(life)
        new = await account.token()
        await expires(cluster, tmp_path, (tmp_path / "token").read_text())
        (tmp_path / "token").write_text(new, encoding="ascii")
        stage.woken.clear()
        await proxy.cut_watches()

        async def with_the_new() -> list[Seen]:
            return [one for one in proxy.seen if one.is_watch and one.authorization == f"Bearer {new}"]

        await eventually(with_the_new, bool, 60.0, "they follow with the new token")
        await stage.admin.request("DELETE", f"/api/v1/namespaces/{app.namespace}/services/{app.name}")

        async def told() -> bool:
            return app.deployment in stage.woken

        await eventually(told, bool, 60.0, "it is told")


async def test_a_kubeconfig_with_an_exec_plugin(
    cluster: ControlPlane, account: ServiceAccount, expired: str, tmp_path: Path
) -> None:
    """The plugin is run again when the server no longer knows the token that it gave."""
    answer, plugin = tmp_path / "answer.json", tmp_path / "plugin"
    version = "client.authentication.k8s.io/v1"

    def gives(token: str) -> None:
        answer.write_text(json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": {"token": token}}))

    plugin.write_text(f"#!{sys.executable}\nprint(open({str(answer)!r}).read())\n")
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    run = {"apiVersion": version, "command": str(plugin), "interactiveMode": "Never"}
    async with connected(KubeconfigAccess(kubeconfig(cluster, tmp_path, {"exec": run}))) as connection:
        gives(expired)
        with pytest.raises(NotNow, match="does not know the deployer's credential"):
            await connection.request("GET", "/version")
        gives(await account.token())
        await works(connection)


def kubeconfig(cluster: ControlPlane, folder: Path, user: Object) -> Path:
    """A kubeconfig file for this user."""
    authority = base64.b64encode(cluster.authority.read_bytes()).decode()
    at = {"server": cluster.address, "certificate-authority-data": authority}
    file = folder / "kubeconfig"
    found = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": at}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    file.write_text(yaml.safe_dump(found))
    return file


async def test_the_account_that_kubernetes_gives_to_a_pod(
    cluster: ControlPlane, account: ServiceAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Host and port from the environment, token and authority from the mounted folder: here the test mounts it."""
    token, authority = tmp_path / "token", tmp_path / "ca.crt"
    token.write_text(await account.token(), encoding="ascii")
    authority.write_bytes(cluster.authority.read_bytes())
    monkeypatch.setattr(ways, "SERVICE_TOKEN_FILENAME", str(token))
    monkeypatch.setattr(ways, "SERVICE_CERT_FILENAME", str(authority))
    host, port = cluster.address.removeprefix("https://").rsplit(":", 1)
    async with connected(account_of_the_pod(host, port)) as connection:
        await works(connection)
        with pytest.raises(Exception, match="cannot list resource"):
            await connection.request("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles")


async def test_no_credential_is_ever_logged(
    cluster: ControlPlane, account: ServiceAccount, tmp_path: Path, logged: list[str]
) -> None:
    """Through a whole life, refusals and a cut watch: neither the token nor a value of a Secret is in any line."""
    token = await account.token()
    async with (
        proxy_to(cluster) as proxy,
        deployer_on(cluster, tmp_path, server=proxy.address, token=token) as stage,
    ):
        app = App()
        await stage.cluster.apply(app.deployment, app.objects())
        (tmp_path / "token").write_text(f"{token[:-8]}spoiled0", encoding="ascii")
        await stage.kubernetes.connection.read_credential(not_since=float("inf"))
        with pytest.raises(NotNow) as refused:
            await stage.kubernetes.connection.request("GET", NODE.path())
        await proxy.cut_watches()
        (tmp_path / "token").write_text(token, encoding="ascii")
        await stage.cluster.delete(app.deployment)
    said = "\n".join([*logged, repr(refused.value), repr(stage.kubernetes.connection)])
    assert len(logged) > 0
    signature = token.rsplit(".", 1)[1]
    assert signature[:20] not in said
    assert token.split(".")[1][:40] not in said
