"""What goes wrong between the deployer and a real API server, and what becomes of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from chassis.clock import SystemClock
from chassis.errors import NotNow
from infra.kubernetes.control_plane import ControlPlane
from services.deployer.adapters.kubernetes.kinds import DEPLOYMENT_KIND
from services.deployer.adapters.kubernetes.watch import WatchExpired
from services.deployer.ports import FieldConflict, Object
from tests.e2e.eventually import eventually
from tests.fakes.cluster_conformance import App
from tests.kubernetes.deployer_stage import RealStage, deployer_on, role, shipped_rules
from tests.unit.deployer.specs import small_with

pytestmark = pytest.mark.asyncio(loop_scope="session")
_OTHER = small_with("registry.test/hello:2")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rights(cluster: ControlPlane) -> AsyncIterator[None]:
    """The account has the role that we ship."""
    async with role(cluster, shipped_rules()):
        yield


@pytest_asyncio.fixture(loop_scope="session")
async def stage(cluster: ControlPlane, rights: None, tmp_path: Path) -> AsyncIterator[RealStage]:  # noqa: ARG001
    """A deployer of the test's own."""
    async with deployer_on(cluster, tmp_path) as stage:
        yield stage


def workload(app: App) -> str:
    """The path of the app's Deployment."""
    return f"/apis/apps/v1/namespaces/{app.namespace}/deployments/{app.name}"


async def image_of(stage: RealStage, app: App) -> str:
    """The image that the Deployment names, by the server."""
    found = await stage.there(workload(app))
    assert found is not None
    return str(found["spec"]["template"]["spec"]["containers"][0]["image"])


async def applied_again(stage: RealStage, app: App) -> int:
    """Apply until the cluster takes it, as the reconciler does; how many were written then."""

    async def apply() -> int | None:
        try:
            return await stage.cluster.apply(app.deployment, app.objects())
        except NotNow:
            return None

    written = await eventually(apply, lambda found: found is not None, 60.0, "the cluster takes it")
    assert written is not None
    return written


async def test_an_object_deleted_by_hand_wakes_its_deployment_and_comes_back(stage: RealStage) -> None:
    """The watch tells within a second or two; the next apply makes exactly what is missing."""
    app = App()
    await stage.cluster.apply(app.deployment, app.objects())
    stage.woken.clear()
    await stage.admin.request("DELETE", f"/api/v1/namespaces/{app.namespace}/services/{app.name}")

    async def woken() -> bool:
        return app.deployment in stage.woken and "Service" not in {
            one["kind"] for one in await stage.cluster.objects_of(app.deployment)
        }

    await eventually(woken, bool, 10.0, "it is told")
    assert await applied_again(stage, app) == 1
    assert await stage.there(f"/api/v1/namespaces/{app.namespace}/services/{app.name}") is not None


async def test_a_field_that_somebody_took_is_told_and_taken_back_only_when_asked(stage: RealStage) -> None:
    """The refusal names field and manager and changes nothing; `force` takes the field back."""
    app = App()
    await stage.cluster.apply(app.deployment, app.objects())
    query, patch = {"fieldManager": "kubectl-edit"}, {"spec": {"replicas": 3}}
    await stage.admin.request("PATCH", workload(app), query, patch, "application/merge-patch+json")

    async def conflict() -> FieldConflict | None:
        try:
            await stage.cluster.apply(app.deployment, app.objects())
        except FieldConflict as found:
            return found
        except NotNow:
            return None
        return None

    found = await eventually(conflict, bool, 10.0, "it is told")
    assert found is not None
    assert (found.kind, found.field) == ("Deployment", ".spec.replicas")
    assert "kubectl-edit" in found.message
    assert ((await stage.there(workload(app))) or {})["spec"]["replicas"] == 3
    assert await stage.cluster.apply(app.deployment, app.objects(), force=True) == 1
    assert ((await stage.there(workload(app))) or {})["spec"]["replicas"] == 1


async def test_an_older_worker_does_not_overwrite_what_a_newer_one_wrote(
    cluster: ControlPlane, stage: RealStage, tmp_path: Path
) -> None:
    """A worker that was stopped still sees the object of before; its write names that version, and is refused."""
    app, folder = App(), tmp_path / "second"
    folder.mkdir()
    await stage.cluster.apply(app.deployment, app.objects())
    seen = stage.kubernetes.watches.of(DEPLOYMENT_KIND).get(app.namespace, app.name)
    assert seen is not None
    async with deployer_on(cluster, folder) as newer:
        assert await newer.cluster.apply(app.deployment, app.objects(_OTHER, 2)) == 1
    cache = stage.kubernetes.watches.of(DEPLOYMENT_KIND)
    cache._seen[app.namespace, app.name] = seen
    with pytest.raises(NotNow, match="written by somebody else"):
        await stage.cluster.apply(app.deployment, app.objects(small_with("registry.test/hello:0")))
    assert await image_of(stage, app) == "registry.test/hello:2"


async def test_two_deployers_at_once_end_with_one_object_of_each(
    cluster: ControlPlane, stage: RealStage, tmp_path: Path
) -> None:
    """Both want the same: one makes each object, the other finds it made, and nothing is there twice."""
    app, folder = App(), tmp_path / "second"
    folder.mkdir()
    async with deployer_on(cluster, folder) as other:
        first = await stage.cluster.apply(app.deployment, app.objects()[:1])
        assert first == 1
        await applied_again(other, app)
        await applied_again(stage, app)
        assert await applied_again(other, app) == 0
        assert await applied_again(stage, app) == 0


async def test_an_api_server_that_dies_is_waited_for(cluster: ControlPlane, stage: RealStage) -> None:
    """While it is away every call is `NotNow`; when it is back, what was missed meanwhile is seen and healed."""
    app = App()
    await stage.cluster.apply(app.deployment, app.objects())
    await cluster.kill("kube-apiserver")
    try:
        with pytest.raises(NotNow, match="does not answer"):
            await stage.cluster.apply(app.deployment, app.objects(_OTHER, 2))
    finally:
        await cluster.start("kube-apiserver")
    await stage.admin.request("DELETE", f"/api/v1/namespaces/{app.namespace}/services/{app.name}")
    await applied_again(stage, app)

    async def back() -> Object | None:
        await applied_again(stage, app)
        return await stage.there(f"/api/v1/namespaces/{app.namespace}/services/{app.name}")

    await eventually(back, bool, 60.0, "the Service is back")


async def test_a_watch_that_is_too_old_lists_again(stage: RealStage) -> None:
    """410 Gone: the kind is listed anew, and what went meanwhile is known to be gone."""
    app = App()
    await stage.cluster.apply(app.deployment, app.objects())
    watch = next(one for one in stage.kubernetes.watches.watching if one.kind is DEPLOYMENT_KIND)
    gone = {"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired", "metadata": {}}}
    with pytest.raises(WatchExpired):
        watch.take(gone)
    cache = stage.kubernetes.watches.of(DEPLOYMENT_KIND)
    ghost = {"metadata": {"name": "ghost", "namespace": app.namespace, "uid": "ghost", "resourceVersion": "2"}}
    cache.put(ghost)
    await watch.list_again()
    assert cache.get(app.namespace, "ghost") is None
    assert cache.get(app.namespace, app.name) is not None


async def test_while_a_watch_is_cut_a_pass_still_heals(stage: RealStage) -> None:
    """What the watch does not tell is read directly, so that a full pass finds an object missing."""
    app = App()
    await stage.cluster.apply(app.deployment, app.objects())
    stage.stop_watching()
    await stage.admin.request("DELETE", f"/api/v1/namespaces/{app.namespace}/services/{app.name}")
    assert await applied_again(stage, app) == 1
    assert await stage.there(f"/api/v1/namespaces/{app.namespace}/services/{app.name}") is not None


async def test_a_token_that_no_longer_counts_is_read_again(stage: RealStage, tmp_path: Path) -> None:
    """Refused with 401, the credential is read again from its file: wrong means later, right goes on at once."""
    good = (tmp_path / "token").read_text()
    (tmp_path / "token").write_text("expired")
    await stage.kubernetes.connection.read_credential(not_since=float("inf"))
    with pytest.raises(NotNow, match="does not know the deployer's credential"):
        await stage.kubernetes.connection.request("GET", "/api/v1/nodes")
    (tmp_path / "token").write_text(good)
    assert await stage.kubernetes.connection.request("GET", "/api/v1/nodes")


async def test_a_deployment_made_by_hand_beside_ours_is_untouched(stage: RealStage) -> None:
    """In the same namespace, even with our labels copied onto it: neither pruned nor removed."""
    app = App()
    await stage.cluster.apply(app.deployment, app.objects())
    ours = await stage.there(workload(app))
    assert ours is not None
    theirs = {
        **{name: ours[name] for name in ("apiVersion", "kind", "spec")},
        "metadata": {"name": "by-hand", "labels": ours["metadata"]["labels"]},
    }
    theirs["spec"] = {**theirs["spec"], "replicas": 0}
    path = workload(app).removesuffix(f"/{app.name}")
    made = await stage.admin.request("POST", path, None, theirs)
    await applied_again(stage, app)
    await stage.gone(app.deployment, data=True)
    found = await stage.there(f"{path}/by-hand")
    assert found is not None
    assert (found["metadata"]["uid"], found["spec"]) == (made["metadata"]["uid"], made["spec"])


async def test_facts_are_those_of_the_cluster(stage: RealStage) -> None:
    """The id is the uid of kube-system; version and nodes are what the server says."""
    facts = await stage.kubernetes.at(SystemClock()).facts()
    system = await stage.there("/api/v1/namespaces/kube-system")
    assert system is not None
    assert (facts.cluster, facts.kind, len(facts.nodes)) == (system["metadata"]["uid"], "kubernetes", 4)
