"""What a request would do, asked beforehand: the objects, what changes, what it takes; and nothing is changed by it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from contracts.apps.spec import AppSpec
from contracts.clusters.events import ClusterRegistered
from contracts.deployments.questions import Change, DeploymentPlanAsked, Plan, Trouble
from contracts.deployments.reasons import Cause, Fault
from contracts.deployments.requests import Intent
from services.deployer.domain.foreseen import without_secrets
from services.deployer.domain.hidden import MARK
from services.deployer.reconciler.turn import Turn
from services.deployer.usecases.answer_plan import answer_plan
from tests.fakes.cluster_conformance import HOSTILE
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import an_event, an_id, asked
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import SMALL, WITH_SETTINGS, small_with

R = TypeVar("R")
PASSWORD = an_id(0x5EC1)


@pytest.fixture
async def life(fake: FakeWorld) -> Life:
    """Given an app with settings in two versions, and nothing deployed."""
    found = Life.of(fake)
    await found.publishes(WITH_SETTINGS, "1.0")
    newer = small_with("registry.test/hello:2").containers
    await found.publishes(WITH_SETTINGS.model_copy(update={"containers": newer}), "2.0")
    return found


async def planned(fake: FakeWorld, version: str = "1.0", **wishes: Any) -> Plan:
    """The plan of a request; nothing was written for it."""
    request = asked(version=version, at=fake.clock.now(), **wishes).data
    question = DeploymentPlanAsked(question=an_id(7), deadline=fake.clock.now(), request=request)
    before = fake.objects.writes, len(fake.recorded), list(fake.woken)

    async def take(work: Callable[[Turn], Awaitable[R]], /) -> R:
        return await work(fake.turn())

    plan = await answer_plan(an_event(question, fake.clock.now()), take)
    assert (fake.objects.writes, len(fake.recorded), list(fake.woken)) == before
    return plan


def changes(plan: Plan, change: Change) -> set[str]:
    """The kinds of what would become so."""
    return {one.kind for one in plan.objects if one.change is change}


@pytest.mark.usefixtures("life")
async def test_of_a_new_deployment_everything_is_new(fake: FakeWorld) -> None:
    """Each object is shown as it would be; in a namespace that is not there the cluster could not be asked."""
    plan = await planned(fake)
    assert (plan.revision, plan.would_work, plan.namespace_is_new) == (1, True, True)
    assert changes(plan, Change.NEW) == {one.kind for one in plan.objects}
    assert [one.kind for one in plan.objects if one.asked] == ["Namespace"]
    workload = next(one for one in plan.objects if one.kind == "Deployment")
    assert workload.manifest is not None
    assert workload.manifest["spec"]["template"]["spec"]["containers"][0]["image"].startswith("registry.test/hello")
    pods = next(one for one in plan.resources if one.resource == "pods")
    assert (pods.before, pods.after) == ("0", "1")


async def test_of_an_upgrade_only_what_differs_is_told(life: Life, fake: FakeWorld) -> None:
    """The image by its field, before and after; what stays is unchanged."""
    await life.runs(1)
    plan = await planned(fake, "2.0", intent=Intent.UPGRADE)
    assert plan.revision == 2
    assert changes(plan, Change.CHANGED) == {"Deployment"}
    assert not changes(plan, Change.NEW)
    workload = next(one for one in plan.objects if one.change is Change.CHANGED)
    fields = {one.path: (one.before, one.after) for one in workload.fields}
    path = next(path for path in fields if path.endswith(".image"))
    assert fields[path] == ("registry.test/hello:1", "registry.test/hello:2")
    assert not any("generation" in path for path in fields)


async def test_nothing_differs_when_the_same_is_asked(life: Life, fake: FakeWorld) -> None:
    """The same request again changes no object."""
    await life.runs(1)
    assert changes(await planned(fake), Change.UNCHANGED) == {one.kind for one in (await planned(fake)).objects}


async def test_what_it_takes_is_told_before_and_after(life: Life, fake: FakeWorld) -> None:
    """Three pods ask three times as much, and the quota's room is beside it."""
    await life.runs(1)
    plan = await planned(fake, intent=Intent.SCALE, replicas=3)
    found = {one.resource: (one.before, one.after) for one in plan.resources}
    assert found["pods"] == ("1", "3")
    assert found["requests.memory"][0] != found["requests.memory"][1]


@pytest.mark.usefixtures("life")
async def test_an_invalid_parameter_is_refused_before_any_object(fake: FakeWorld) -> None:
    """What the version does not declare can't be built, and its value is not repeated."""
    plan = await planned(fake, parameters={"namespace": "kube-system"})
    assert plan.trouble is not None
    assert plan.trouble.cause is Cause.MANIFEST_INVALID
    assert plan.objects == ()
    assert "kube-system" not in plan.model_dump_json()


async def test_a_hostile_parameter_stays_one_text(life: Life, fake: FakeWorld) -> None:
    """YAML, another namespace and templates in a value are a value: no object more, none elsewhere."""
    await life.runs(1)
    quiet, hostile = await planned(fake), await planned(fake, parameters={"languages": HOSTILE})
    assert [(one.kind, one.name, one.namespace) for one in hostile.objects] == [
        (one.kind, one.name, one.namespace) for one in quiet.objects
    ]
    workload = next(one for one in hostile.objects if one.kind == "Deployment")
    assert workload.manifest is not None
    values = [one.get("value") for one in workload.manifest["spec"]["template"]["spec"]["containers"][0]["env"]]
    assert HOSTILE.replace("$", "$$") in values


async def test_a_secret_is_told_by_name_only(life: Life, fake: FakeWorld) -> None:
    """Neither what is kept nor what was given is in a plan: the names of the values, and which would change."""
    described = SMALL.model_dump(mode="json")
    described["parameters"] = [
        {"name": "password", "title": {"nl": "Wachtwoord", "en": "Password"}, "env": "PASSWORD", "secret": True}
    ]
    await life.publishes(AppSpec.model_validate(described), "3.0")
    await fake.secrets.keep(PASSWORD, an_id(0xD001), "canary-in-a-plan")
    await life.runs(1, "3.0", secrets={"password": PASSWORD})
    plan = await planned(fake, "3.0", secrets={"password": an_id(0x5EC2)})
    secret = next(one for one in plan.objects if one.kind == "Secret")
    assert [(one.path, one.hidden, one.before, one.after) for one in secret.fields] == [
        (".data.password", True, None, None)
    ]
    assert secret.manifest is not None
    assert secret.manifest["data"] == {"password": ""}
    told = json.dumps(plan.model_dump(mode="json"))
    assert "canary-in-a-plan" not in told
    assert "Y2FuYXJ5" not in told


async def test_a_secret_that_was_written_elsewhere_is_hidden(life: Life, fake: FakeWorld) -> None:
    """In fields of other objects, in what stands in the way and in warnings, as far as it is a secret's value."""
    await fake.secrets.keep(PASSWORD, an_id(0xD001), "canary-in-a-plan")
    await life.runs(1)
    workload = fake.objects.objects["Deployment", "demo-test", "assistant"]
    workload["spec"]["template"]["spec"]["containers"][0]["image"] = "canary-in-a-plan"
    plan = await planned(fake)
    told = next(one for one in plan.objects if one.kind == "Deployment")
    assert [one.before for one in told.fields] == [MARK]
    trouble = Trouble(cause=Cause.MANIFEST_INVALID, fault=Fault.PLATFORM, params={"message": "no canary", "n": 1})
    said = plan.model_copy(
        update={
            "objects": (told.model_copy(update={"trouble": trouble}),),
            "trouble": trouble,
            "warnings": ("canary is old",),
        }
    )
    assert "canary" in said.model_dump_json()
    assert "canary" not in without_secrets(said, ["canary"]).model_dump_json()


async def test_a_version_that_failed_here_is_kept_out_of_the_plan_too(life: Life, fake: FakeWorld) -> None:
    """A change that does not name a quarantined version tells so."""
    await life.runs(1)
    fake.lose_image("registry.test/hello:2")
    await life.runs(2, "2.0", intent=Intent.UPGRADE)
    plan = await planned(fake, "2.0", intent=Intent.SCALE, replicas=2)
    assert plan.trouble is not None
    assert plan.trouble.cause is Cause.VERSION_QUARANTINED


@pytest.mark.usefixtures("life")
async def test_an_environment_that_is_not_there_is_told(fake: FakeWorld) -> None:
    """The cluster knows no such environment, so nothing was rehearsed."""
    where = asked().data.environment.model_copy(update={"name": "moon", "namespace": "demo-moon"})
    plan = await planned(fake, environment=where)
    assert plan.trouble is not None
    assert "moon" in str(plan.trouble.params["message"])


@pytest.mark.usefixtures("life")
async def test_a_namespace_out_of_reach_is_told(fake: FakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the deployer may work in some namespaces only, the plan says what the administrator has to make."""
    facts = (await fake.cluster.facts()).model_copy(update={"namespaces": ("team-other-test",)})

    async def of_some(_cluster: object) -> ClusterRegistered:
        return facts

    monkeypatch.setattr(type(fake.cluster), "facts", of_some)
    plan = await planned(fake)
    assert plan.trouble is not None
    assert (plan.trouble.fault, plan.objects) == (Fault.PLATFORM, ())
    assert "APPSTORE_CLUSTER_NAMESPACES" in str(plan.trouble.params["message"])
