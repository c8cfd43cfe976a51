"""A plan on the real API server: what it says of each object is its own word, and nothing of it is kept.

The question, the revision and the plan are the deployer's own; only its stores are in memory.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_asyncio

from chassis.ledger import new_id
from contracts.apps.spec import AppSpec
from contracts.deployments.environment import Environment
from contracts.deployments.questions import Change, DeploymentPlanAsked, Plan
from contracts.deployments.reasons import Cause
from contracts.deployments.requests import DeploymentRequested
from infra.kubernetes.control_plane import ControlPlane
from services.deployer.reconciler.turn import Turn
from services.deployer.usecases.answer_plan import answer_plan
from services.deployer.usecases.remember_version import remember_version
from tests.fakes.cluster_conformance import HOSTILE, App
from tests.fakes.cluster_rehearsals import untouched
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import APP, an_event, published
from tests.kubernetes.deployer_stage import RealStage, deployer_on, role, shipped_rules
from tests.kubernetes.kubelet import workload_of
from tests.kubernetes.ward import Case, Patient, refusing
from tests.unit.deployer.specs import EVERYTHING, WITH_SETTINGS

pytestmark = pytest.mark.asyncio(loop_scope="session")
CLUSTER_FILE = Path(__file__).parents[1] / "unit" / "deployer" / "cluster.yaml"
SECONDS = 2.0
"""How long a plan may take."""
R = TypeVar("R")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(cluster: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealStage]:
    """The deployer's adapter with the account and the role that it has everywhere."""
    async with role(cluster, shipped_rules()), deployer_on(cluster, tmp_path_factory.mktemp("plan")) as found:
        yield found


async def planned(stage: RealStage, app: App, spec: AppSpec, **wishes: Any) -> Plan:
    """The plan of a request for this app; within two seconds, and with nothing changed on the cluster."""
    fake = FakeWorld(CLUSTER_FILE)
    fake.other_cluster = stage.cluster
    await remember_version(published(spec, version="1.0"), fake.world())
    cluster = (await stage.cluster.facts()).cluster
    where = Environment(name="test", team=app.team, cluster=cluster, namespace=app.namespace)
    moment = datetime.now(UTC)
    request = DeploymentRequested(
        deployment=app.deployment,
        environment=where,
        decide_by=moment + timedelta(seconds=60),
        app=APP,
        app_name="assistant",
        version="1.0",
        name=app.name,
        **wishes,
    )
    asked = DeploymentPlanAsked(question=new_id(), deadline=moment + timedelta(seconds=8), request=request)
    before, there = untouched(await stage.cluster.objects_of(app.deployment)), await exists(stage, app)

    async def take(work: Callable[[Turn], Awaitable[R]], /) -> R:
        return await work(fake.turn())

    began = time.monotonic()
    plan = await answer_plan(an_event(asked, moment), take)
    took = time.monotonic() - began
    print(f"a plan of {len(plan.objects)} objects took {took:.3f} s")  # noqa: T201 - a figure for whoever runs it
    assert took < SECONDS
    assert untouched(await stage.cluster.objects_of(app.deployment)) == before
    assert await exists(stage, app) == there
    return plan


async def exists(stage: RealStage, app: App) -> bool:
    """Whether the app's namespace is there."""
    return await stage.namespace_exists(app.namespace)


def changes(plan: Plan) -> dict[str, set[str]]:
    """What would become of the kinds of object."""
    found: dict[str, set[str]] = {}
    for one in plan.objects:
        found.setdefault(one.change.value, set()).add(one.kind)
    return found


async def test_a_new_deployment_in_a_new_namespace(stage: RealStage) -> None:
    """Everything is new, and the plan says that only the namespace could be asked about."""
    plan = await planned(stage, App(), EVERYTHING)
    assert (plan.would_work, plan.namespace_is_new) == (True, True)
    assert set(changes(plan)) == {"new"}
    assert {one.kind for one in plan.objects if one.asked} == {"Namespace"}


async def test_a_new_deployment_in_a_namespace_that_is_there(stage: RealStage) -> None:
    """Every object is taken by the server's own schemas and admission, and none is there afterwards."""
    first = App()
    await stage.cluster.apply(first.deployment, first.objects())
    second = App(name="second", team=first.team, namespace=first.namespace)
    plan = await planned(stage, second, EVERYTHING)
    assert plan.would_work, plan
    assert not plan.namespace_is_new
    assert changes(plan)["unchanged"] == {"Namespace"}
    assert "Deployment" in changes(plan)["new"]


async def test_an_upgrade_is_told_field_by_field(stage: RealStage) -> None:
    """What runs against what would run, as the server would keep it: no default and no bookkeeping is a difference."""
    app = App()
    await stage.cluster.apply(app.deployment, app.objects(EVERYTHING))
    described = EVERYTHING.model_dump(mode="json")
    described["containers"][0]["image"] = "registry.example.org/assistant/web:2.2"
    plan = await planned(stage, app, AppSpec.model_validate(described))
    assert changes(plan)["changed"] == {"Deployment"}
    assert "new" not in changes(plan)
    workload = next(one for one in plan.objects if one.change is Change.CHANGED)
    assert {one.path: (one.before, one.after) for one in workload.fields} == {
        ".spec.template.spec.containers[web].image": (
            "registry.example.org/assistant/web:2.1",
            "registry.example.org/assistant/web:2.2",
        )
    }


async def test_a_quota_without_room_is_told_with_what_is_missing(stage: RealStage) -> None:
    """The operator's own quota counts, by what the server says is used."""
    app = App()
    await stage.cluster.apply(app.deployment, app.objects())
    quota = {"metadata": {"name": "operators"}, "spec": {"hard": {"requests.memory": "1Gi", "pods": "10"}}}
    await stage.admin.request("POST", f"/api/v1/namespaces/{app.namespace}/resourcequotas", None, quota)
    plan = await planned(stage, app, WITH_SETTINGS, replicas=5)
    assert not plan.would_work
    memory = next(one for one in plan.resources if one.resource == "requests.memory")
    assert (memory.before, memory.after, memory.limit) == ("512Mi", "2560Mi", "1Gi")
    assert memory.missing is not None
    assert next(one for one in plan.resources if one.resource == "pods").missing is None


async def test_an_admission_policy_is_told_by_its_name(stage: RealStage) -> None:
    """What the operator's policy denies is refused for its object, with the policy's words; the others are told."""
    first = App()
    patient = Patient(stage, Case(lambda app: app.objects()), first)
    await stage.cluster.apply(first.deployment, first.objects())
    await refusing("services", "no services here")(patient)
    plan = await planned(stage, App(name="second", team=first.team, namespace=first.namespace), EVERYTHING)
    refused = [(one.kind, one.trouble.cause) for one in plan.objects if one.trouble is not None]
    assert refused == [("Service", Cause.ADMISSION_DENIED)] * len(refused)
    assert refused
    assert "no services here" in str([one.trouble for one in plan.objects if one.trouble])


async def test_pod_security_is_told_though_the_deployment_would_be_taken(stage: RealStage) -> None:
    """The server takes a Deployment whose pods it would refuse, and only warns: that is an objection here."""
    app = App()
    await stage.cluster.apply(app.deployment, app.objects())
    objects = list(app.objects(generation=2))
    allowed = workload_of(objects)["spec"]["template"]["spec"]["containers"][0]["securityContext"]
    allowed |= {"privileged": True, "allowPrivilegeEscalation": True}
    found = await stage.cluster.rehearse(app.deployment, objects)
    refused = {one.wanted["kind"]: one.objection for one in found.objects if one.objection is not None}
    assert list(refused) == ["Deployment"]
    assert "PodSecurity" in str(refused["Deployment"])


async def test_an_invalid_parameter_touches_nothing(stage: RealStage) -> None:
    """What the version does not declare is refused before the cluster is asked at all."""
    requests = stage.kubernetes.connection.requests
    plan = await planned(stage, App(), WITH_SETTINGS, parameters={"namespace": "kube-system"})
    assert plan.trouble is not None
    assert plan.objects == ()
    assert stage.kubernetes.connection.requests - requests <= 1


async def test_a_hostile_parameter_is_one_value_in_its_own_namespace(stage: RealStage) -> None:
    """YAML, templates and another namespace in a value reach the server as a value: nothing of it is read."""
    app = App()
    await stage.cluster.apply(app.deployment, app.objects(WITH_SETTINGS))
    plan = await planned(stage, app, WITH_SETTINGS, parameters={"languages": HOSTILE})
    assert plan.would_work, plan
    assert {one.namespace for one in plan.objects if one.namespace} == {app.namespace}
    assert changes(plan)["changed"] == {"Deployment"}
    workload = next(one for one in plan.objects if one.change is Change.CHANGED)
    assert [one.path for one in workload.fields] == [".spec.template.spec.containers[web].env[LANGUAGES].value"]
