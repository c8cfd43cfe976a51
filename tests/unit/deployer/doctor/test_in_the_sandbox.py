"""Each finding happens in the simulated cluster: by its file or by the manifest, never by an app's name.

What a kubelet, a provisioner or the network would do is simulated there; the objects, quotas and schemas are real.
"""

from typing import Any

import pytest

from contracts.apps.spec import AppSpec
from contracts.deployments.reasons import Cause, Fault
from services.deployer.adapters.sandbox.cluster import SandboxCluster
from services.deployer.adapters.sandbox.cluster_file import ClusterFile
from services.deployer.domain.doctor.findings import findings
from services.deployer.domain.doctor.refused_object import refused_object
from services.deployer.domain.health import Finding, Look, Patience
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.ports import ObjectRefused
from tests.fakes.deployer import FakeWorld, FixedClusterFile
from tests.fakes.deployer_examples import DEPLOYMENT, START, an_environment, an_id
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import SMALL, WITH_SETTINGS, small_with

WITH_DATA = AppSpec.model_validate({**SMALL.model_dump(mode="json"), "volumes": [{"name": "data", "size": "10Gi"}]})
POLICY = {"name": "our-registry", "images": ["registry.example.org/"], "message": "images of our registry only"}
HAPPENS: dict[str, tuple[AppSpec, dict[str, Any], Cause, Fault, dict[str, Any]]] = {
    "the registry does not know the image": (
        small_with("registry.test/nowhere:1"),
        {},
        Cause.IMAGE_NOT_FOUND,
        Fault.CONFIGURATION,
        {"image": "registry.test/nowhere:1"},
    ),
    "the registry does not release the image": (
        small_with("registry.test/unreleased:1"),
        {},
        Cause.IMAGE_NOT_FOUND,
        Fault.CONFIGURATION,
        {"howToAdd": ""},
    ),
    "the app ends each time": (
        small_with("registry.test/crashes:1"),
        {},
        Cause.CRASH_LOOP,
        Fault.APP,
        {"exitCode": 1, "restarts": 3, "lastLine": "fatal: DATABASE_URL is not set"},
    ),
    "the app uses more than its limit": (
        small_with("registry.test/hungry:1"),
        {},
        Cause.OUT_OF_MEMORY,
        Fault.CONFIGURATION,
        {"limit": "512Mi", "exitCode": 137},
    ),
    "no node is large enough": (
        small_with(memory="500Gi"),
        {},
        Cause.UNSCHEDULABLE,
        Fault.CONFIGURATION,
        {
            "resource": "memory",
            "asked": "500Gi",
            "free": "64Gi",
            "missing": "436Gi",
            "message": "0/3 nodes are available: 3 Insufficient memory.",
        },
    ),
    "the quota has no room": (
        small_with(cpu="17"),
        {},
        Cause.QUOTA_EXCEEDED,
        Fault.CONFIGURATION,
        {"resource": "requests.cpu", "asked": "17", "used": "0", "limit": "16"},
    ),
    "the app says that it is not ready": (
        small_with("registry.test/never-ready:1"),
        {},
        Cause.PROBE_FAILED,
        Fault.APP,
        {"probe": "readiness", "path": "/ready", "answer": "HTTP 503"},
    ),
    "storage is full": (
        WITH_DATA,
        {"storage": {"classes": ["standard"], "default": "standard", "capacity": "5Gi"}},
        Cause.VOLUME_NOT_BOUND,
        Fault.PLATFORM,
        {"claim": "assistant-data", "size": "10Gi", "phase": "Pending"},
    ),
    "no class makes volumes": (
        WITH_DATA,
        {"storage": {}},
        Cause.VOLUME_NOT_BOUND,
        Fault.PLATFORM,
        {"message": "no persistent volumes available for this claim and no storage class is set"},
    ),
    "the policies keep the app from its database": (
        small_with("registry.test/needs-database:1"),
        {},
        Cause.NETWORK_BLOCKED,
        Fault.CONFIGURATION,
        {"endpoint": "db.example.org:5432", "lastLine": "dial tcp db.example.org:5432: i/o timeout"},
    ),
    "an admission policy says no": (
        SMALL,
        {"admission_policies": [POLICY]},
        Cause.ADMISSION_DENIED,
        Fault.CONFIGURATION,
        {"policy": "our-registry", "kind": "Deployment", "name": "assistant", "message": "images of our registry only"},
    ),
}


def with_cluster(fake: FakeWorld, changes: dict[str, Any]) -> None:
    """The tests' cluster, but for these parts of its file."""
    as_it_is = fake.watched.current().model_dump(by_alias=False)
    fake.watched = FixedClusterFile(fake.file, ClusterFile.model_validate({**as_it_is, **changes}))


@pytest.mark.parametrize("name", HAPPENS)
async def test_it_happens_and_is_told(fake: FakeWorld, name: str) -> None:
    """From the request to the one final event, with the evidence."""
    spec, changes, cause, fault, params = HAPPENS[name]
    with_cluster(fake, changes)
    life = Life.of(fake)
    await life.publishes(spec, "1.0")
    await life.runs(1)
    final = life.last("DeploymentFailed")
    assert (final.cause, final.fault) == (cause, fault)
    assert params.items() <= final.params.items()


@pytest.mark.parametrize("name", HAPPENS)
async def test_it_is_told_before_it_is_certain(fake: FakeWorld, name: str) -> None:
    """Whoever watches reads the same cause while there is hope, once; what is refused at once needs no telling."""
    spec, changes, cause, *_ = HAPPENS[name]
    with_cluster(fake, changes)
    life = Life.of(fake)
    await life.publishes(spec, "1.0")
    await life.runs(1)
    early = [one.data.cause for one in fake.recorded if getattr(one.data, "step", None) == "trouble-seen"]
    assert early == ([] if cause is Cause.ADMISSION_DENIED else [cause])


async def test_a_secret_that_is_not_in_the_cluster(fake: FakeWorld) -> None:
    """The manifest refers to it and nobody wrote it: simulated as a kubelet tells it."""
    cluster = SandboxCluster(fake.objects, fake.watched, fake.clock, fake.new_id)
    facts = DeploymentFacts(
        DEPLOYMENT, "assistant", "assistant", "1.0", 1, an_environment(), secrets={"token": an_id(0x5EC)}
    )
    await cluster.apply(DEPLOYMENT, build(facts, WITH_SETTINGS))
    fake.clock.after(11)
    found = await certain(cluster, fake)
    assert (found.failure.cause, found.failure.fault) == (Cause.CONFIG_MISSING, Fault.CONFIGURATION)
    assert found.failure.params == {
        "container": "web",
        "missing": "assistant-settings",
        "message": 'secret "assistant-settings" not found',
    }


async def test_a_rollout_that_comes_no_nearer(fake: FakeWorld) -> None:
    """An image that takes longer than the deadline to start: nothing else is wrong with it."""
    slow = {"image": "registry.test/slow:1", "size_mebibytes": 1, "start_seconds": 5000}
    with_cluster(fake, {"images": [slow]})
    life = Life.of(fake)
    await life.publishes(small_with("registry.test/slow:1"), "1.0")
    await life.runs(1)
    final = life.last("DeploymentFailed")
    assert (final.cause, final.params) == (Cause.PROGRESS_DEADLINE_EXCEEDED, {"seconds": 600, "ready": 0, "wanted": 1})
    assert (fake.clock.now() - START).total_seconds() == pytest.approx(600, abs=1)


async def test_an_object_in_a_version_that_is_not_served(fake: FakeWorld) -> None:
    """Kubernetes 1.25 took `policy/v1beta1` away; the schemas of the file's version say so."""
    cluster = SandboxCluster(fake.objects, fake.watched, fake.clock, fake.new_id)
    budget = {"apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudget", "metadata": {"name": "assistant"}}
    with pytest.raises(ObjectRefused) as refused:
        await cluster.apply(DEPLOYMENT, [budget])
    found = refused_object(refused.value.kind, refused.value.name, refused.value.field, refused.value.message)
    assert (found.cause, found.fault) == (Cause.API_NOT_SERVED, Fault.PLATFORM)
    assert found.params == {"api": "policy/v1beta1", "kind": "PodDisruptionBudget", "name": "assistant"}
    assert fake.objects.writes == 0


async def test_a_claim_is_bound_as_far_as_storage_goes(fake: FakeWorld) -> None:
    """The oldest first; what fits runs as ever."""
    with_cluster(fake, {"storage": {"classes": ["standard"], "default": "standard", "capacity": "15Gi"}})
    life = Life.of(fake)
    await life.publishes(WITH_DATA, "1.0")
    await life.runs(1)
    assert life.ends() == {1: ["succeeded"]}


async def test_a_log_shows_no_password(fake: FakeWorld) -> None:
    """The last lines are evidence, and what looks like a password in them is not."""
    life = Life.of(fake)
    await life.publishes(small_with("registry.test/needs-database:1"), "1.0")
    await life.runs(1)
    log = life.last("DeploymentFailed").params["log"]
    assert log.splitlines() == [
        "starting",
        "postgres://app:•••@db.example.org",
        "dial tcp db.example.org:5432: i/o timeout",
    ]
    assert "hunter2" not in str([one.data.model_dump() for one in fake.recorded])


async def certain(cluster: SandboxCluster, fake: FakeWorld) -> Finding:
    """The first certain finding about what is seen now."""
    observed = await cluster.observe(DEPLOYMENT)
    assert observed is not None
    return next(one for one in findings(Look(observed, START, fake.clock.now(), Patience())) if one.certain)
