"""Upgrade, settings, replicas, restart and going back to a revision: each a new revision of the same deployment."""

from typing import Any

import pytest

from contracts.deployments.requests import Intent
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT, START, an_environment
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import SMALL, WITH_SETTINGS, small_with

NEWER = small_with("registry.test/hello:2")


@pytest.fixture
async def life(fake: FakeWorld) -> Life:
    """Given a deployment that runs, of an app with settings."""
    found = Life.of(fake)
    await found.publishes(WITH_SETTINGS, "1.0")
    await found.publishes(NEWER, "2.0")
    await found.runs(1)
    return found


async def environment(life: Life) -> dict[str, str]:
    """The variables of the workload that have a value."""
    workload = (await life.objects())["Deployment/assistant"]
    container = workload["spec"]["template"]["spec"]["containers"][0]
    return {one["name"]: one["value"] for one in container.get("env", []) if "value" in one}


async def test_settings_change_what_the_pods_are_started_with(life: Life) -> None:
    """New pods with the new value, and the next revision."""
    before = await life.pods()
    await life.runs(2, intent=Intent.CONFIGURE, parameters={"languages": "de"})
    assert (await environment(life))["LANGUAGES"] == "de"
    assert not set(before) & set(await life.pods())
    assert life.last("DeploymentSucceeded").revision == 2


async def test_scaling_adds_pods_and_tells_of_those_alone(life: Life, fake: FakeWorld) -> None:
    """The pod there was stays and its story is not told again; its readiness counts."""
    before, told = await life.pods(), len(fake.recorded)
    life.clock.after(1)
    await life.runs(2, intent=Intent.SCALE, replicas=3)
    assert set(before) < set(await life.pods())
    assert life.last("DeploymentSucceeded").replicas == 3
    ready = [
        event.data.params["ready"] for event in fake.recorded[told:] if "ready" in getattr(event.data, "params", {})
    ]
    assert ready == [2, 3]


async def test_scaled_to_nothing_it_stands_still_and_comes_back(life: Life) -> None:
    """No pods, all other objects; and again one."""
    await life.runs(2, intent=Intent.SCALE, replicas=0)
    assert await life.pods() == {}
    assert "Service/assistant" in await life.objects()
    await life.runs(3, intent=Intent.SCALE, replicas=1)
    assert len(await life.pods()) == 1
    assert life.ends() == {1: ["succeeded"], 2: ["succeeded"], 3: ["succeeded"]}


async def test_a_restart_replaces_the_pods_once(life: Life) -> None:
    """What is asked after it does not name the moment, and does not restart them again."""
    first = set(await life.pods())
    await life.runs(2, intent=Intent.RESTART, restarted_at=life.clock.now())
    second = set(await life.pods())
    assert not first & second
    await life.runs(3, intent=Intent.SCALE, replicas=2)
    assert second < set(await life.pods())


@pytest.mark.parametrize("wish", [{"intent": Intent.SCALE, "replicas": 2}, {"intent": Intent.RESTART}])
async def test_scaling_and_restarting_wait_with_what_the_catalog_edited(life: Life, wish: dict[str, Any]) -> None:
    """The description that runs goes on; who asks for the version again gets the edited one."""
    await life.publishes(NEWER, "1.0")
    await life.runs(2, **wish)
    assert set((await life.pods()).values()) == {"registry.test/hello:1"}
    await life.runs(3)
    assert set((await life.pods()).values()) == {"registry.test/hello:2"}


async def test_any_revision_can_be_built_again(life: Life) -> None:
    """Settings and replicas of then, whatever the catalog says of that version now: only the generation differs."""
    await life.runs(2, parameters={"languages": "de"}, replicas=2)
    objects = await life.objects()
    await life.publishes(small_with("registry.test/nowhere:1"), "1.0")
    await life.runs(3, "2.0")
    await life.runs(4, intent=Intent.ROLL_BACK, revision=2)
    restored = await life.objects()
    restored["Deployment/assistant"]["metadata"]["labels"]["appstore.nl/generation"] = "2"
    assert restored == objects
    assert life.last("DeploymentSucceeded").revision == 4


async def test_a_revision_that_is_not_kept_is_refused(life: Life) -> None:
    """It ends as failed and says so, and what runs goes on."""
    objects = await life.objects()
    await life.runs(2, intent=Intent.ROLL_BACK, revision=7)
    failed = life.last("DeploymentFailed")
    assert (failed.cause, failed.fault, failed.params) == (
        "revision-unknown",
        "configuration",
        {"revision": 7, "newest": 1},
    )
    assert await life.objects() == objects
    await life.runs(3, "2.0")
    assert (life.ends(), life.last("DeploymentSucceeded").revision) == (
        {1: ["succeeded"], 2: ["failed"], 3: ["succeeded"]},
        3,
    )


async def test_twenty_revisions_are_kept_and_the_one_that_succeeded(life: Life) -> None:
    """However many fail after it, there is something to go back to; the others go with the time."""
    await life.publishes(small_with("registry.test/crashes:1"), "3.0")
    for generation in range(2, 25):
        await life.runs(generation, "3.0")
    assert life.ends()[24] == ["rolledback"]
    await life.runs(25, "3.0", intent=Intent.ROLL_BACK, revision=3)
    assert life.last("DeploymentFailed").cause == "revision-unknown"
    await life.runs(26, intent=Intent.ROLL_BACK, revision=1)
    assert life.ends()[26] == ["succeeded"]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"parameters": {"colour": "red"}}, "parameters.colour"),
        ({"parameters": {"workers": "many"}}, "parameters.workers"),
        ({"parameters": {"open": "yes"}}, "parameters.open"),
        ({"parameters": {"mode": "slow"}}, "parameters.mode"),
        ({"parameters": {"token": "s3cret"}}, "parameters.token"),
        ({"secrets": {"languages": "019abf00-0000-7000-8000-000000000001"}}, "secrets.languages"),
        ({"name": "another"}, "name"),
        ({"environment": an_environment("production")}, "environment"),
        ({"version": "2.0", "revision": 1}, "version"),
    ],
)
async def test_what_can_not_be_built_names_its_field(life: Life, wish: dict[str, Any], field: str) -> None:
    """It ends as failed before the cluster is touched, never repeats a value, and what runs goes on."""
    objects = await life.objects()
    await life.runs(2, **wish)
    failed = life.last("DeploymentFailed")
    assert (failed.cause, failed.fault, failed.params["field"]) == ("manifest-invalid", "configuration", field)
    assert "s3cret" not in str(failed)
    assert await life.objects() == objects
    assert life.ends() == {1: ["succeeded"], 2: ["failed"]}


async def test_what_is_required_has_to_be_there(fake: FakeWorld) -> None:
    """A parameter without default, and a secret that nobody generates."""
    life = Life.of(fake)
    needing = WITH_SETTINGS.model_copy(
        update={"parameters": tuple(one.model_copy(update={"required": True}) for one in WITH_SETTINGS.parameters)}
    )
    await life.publishes(needing, "1.0")
    await life.runs(1)
    assert life.last("DeploymentFailed").params["field"] == "parameters.languages"
    chosen = {"languages": "nl", "workers": "2", "open": "true", "mode": "fast"}
    await life.runs(2, parameters=chosen)
    assert life.last("DeploymentFailed").params["field"] == "secrets.token"
    token = "019abf00-0000-7000-8000-000000000001"
    await fake.secrets.keep(token, DEPLOYMENT, "a token")
    await life.runs(3, parameters=chosen, secrets={"token": token})
    assert life.ends()[3] == ["succeeded"]


async def test_after_a_removal_nothing_of_before_is_kept(life: Life) -> None:
    """The name is free for another, and no revision can be gone back to."""
    await life.removes(2)
    await life.settles()
    await life.runs(3, intent=Intent.ROLL_BACK, revision=1)
    assert life.last("DeploymentFailed").cause == "revision-unknown"
    await life.publishes(SMALL, "1.0")
    await life.runs(4, name="another")
    assert life.ends()[4] == ["succeeded"]
    assert life.clock.now() > START
