"""A deployment brought to what was asked, whatever happens on the way."""

import pytest

from contracts.apps.spec import AppSpec
from services.deployer.reconciler.outcome import AgainAfter, Done, GiveUp, Outcome
from services.deployer.usecases.accept_request import accept_request
from services.deployer.usecases.close_deployment import close_deployment
from services.deployer.usecases.reconcile_deployment import reconcile_deployment
from services.deployer.usecases.remember_version import remember_version
from services.deployer.usecases.remove_deployment import remove_deployment
from services.deployer.usecases.start_deployment import start_deployment
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import (
    DEPLOYMENT,
    an_environment,
    approved,
    asked,
    published,
    rejected,
    removal_asked,
)
from tests.unit.deployer.specs import SMALL, small_with

HEALTHY = [
    "DeploymentStarted",
    "objects-applied",
    "pod-scheduled",
    "image-pulling",
    "image-pulled",
    "pod-started",
    "pod-ready",
    "DeploymentSucceeded",
]
LOOKS = 100


class Killed(Exception):  # noqa: N818 - what happens to the process
    """The process is gone in the middle of its work."""


async def started(fake: FakeWorld, spec: AppSpec = SMALL, *, generation: int = 1, environment: str = "test") -> None:
    """Given a deployment that compliance approved."""
    version = f"1.{generation}"
    await remember_version(published(spec, version=version), fake.world())
    request = asked(
        generation=generation,
        version=version,
        environment=an_environment(environment),
        at=fake.clock.now(),
    )
    await accept_request(request, fake.world())
    await start_deployment(approved(generation=generation, version=version, at=fake.clock.now()), fake.world())


async def settled(fake: FakeWorld) -> Outcome:
    """When it is reconciled as often as its outcomes ask for."""
    for _ in range(LOOKS):
        outcome = await reconcile_deployment(DEPLOYMENT, fake.turn())
        if not isinstance(outcome, AgainAfter):
            return outcome
        fake.clock.after(max(outcome.seconds, 0.001))
    pytest.fail("it never settles")


async def test_a_healthy_app_succeeds_within_seconds(fake: FakeWorld) -> None:
    """200 MiB at 100 a second, one second to start: every step is told, and the end after three seconds."""
    await started(fake)
    before = fake.clock.now()
    assert await settled(fake) == Done()
    assert fake.told() == HEALTHY
    assert (fake.clock.now() - before).total_seconds() == pytest.approx(3, abs=0.01)
    assert fake.recorded[-1].data.address == "http://assistant.demo-test.svc:8080"
    assert {event.context.correlationid for event in fake.recorded[1:]} == {asked().context.correlationid}


@pytest.mark.parametrize(
    ("spec", "environment", "cause", "params"),
    [
        (small_with("registry.test/nowhere:1"), "test", "image-not-found", {"image": "registry.test/nowhere:1"}),
        (
            small_with("registry.test/crashes:1"),
            "test",
            "crash-loop",
            {
                "container": "web",
                "exitCode": 1,
                "restarts": 3,
                "lastLine": "fatal: DATABASE_URL is not set",
            },
        ),
        (small_with("registry.test/hungry:1"), "test", "out-of-memory", {"exitCode": 137, "limit": "512Mi"}),
        (small_with("registry.test/never-ready:1"), "test", "probe-failed", {"path": "/ready", "answer": "HTTP 503"}),
        (small_with(memory="500Gi"), "test", "unschedulable", {"resource": "memory", "asked": "500Gi", "free": "64Gi"}),
        (small_with(memory="2Gi"), "production", "quota-exceeded", {"asked": "2Gi", "used": "0", "limit": "1Gi"}),
        (SMALL, "nowhere", "manifest-invalid", {"kind": "Namespace", "message": "sandbox has no environment nowhere"}),
    ],
)
async def test_each_failure_ends_with_its_cause(
    fake: FakeWorld,
    spec: AppSpec,
    environment: str,
    cause: str,
    params: dict[str, object],
) -> None:
    """The outcome follows from the description and the cluster's file alone."""
    await started(fake, spec, environment=environment)
    await settled(fake)
    assert fake.told()[-1] == cause
    assert params.items() <= fake.recorded[-1].data.params.items()


async def test_an_unknown_image_tells_how_to_add_it(fake: FakeWorld) -> None:
    """The parameters name the file and the line that is missing."""
    await started(fake, small_with("registry.test/nowhere:1"))
    await settled(fake)
    how = fake.recorded[-1].data.params["howToAdd"]
    assert "cluster.yaml" in how
    assert "image: registry.test/nowhere:1" in how


async def test_a_settled_deployment_is_left_alone(fake: FakeWorld) -> None:
    """Reconciling again, also after a restart, writes nothing and tells nothing."""
    await started(fake)
    await settled(fake)
    writes, told = fake.objects.writes, len(fake.recorded)
    fake.clock.after(3600)
    assert await reconcile_deployment(DEPLOYMENT, fake.turn()) == Done()
    assert (fake.objects.writes, len(fake.recorded)) == (writes, told)


async def test_what_the_catalog_says_later_changes_nothing_that_runs(fake: FakeWorld) -> None:
    """A version edited after the gate does not slip past it."""
    await started(fake)
    await settled(fake)
    await remember_version(published(small_with("registry.test/hello:2"), version="1.1"), fake.world())
    writes = fake.objects.writes
    await settled(fake)
    assert fake.objects.writes == writes


async def test_an_upgrade_is_the_next_revision(fake: FakeWorld) -> None:
    """A second request of the same deployment replaces the pods and ends with its own success."""
    await started(fake)
    await settled(fake)
    await started(fake, small_with("registry.test/hello:2"), generation=2)
    await settled(fake)
    final = fake.recorded[-1]
    assert (fake.told()[-1], final.data.revision, final.context.generation_number) == ("DeploymentSucceeded", 2, 2)
    pods = await fake.objects.of_kind("Pod")
    assert [pod["spec"]["containers"][0]["image"] for pod in pods] == ["registry.test/hello:2"]


async def test_a_rejected_upgrade_leaves_what_runs(fake: FakeWorld) -> None:
    """The first revision goes on, and its objects with it."""
    await started(fake)
    await settled(fake)
    before = dict(fake.objects.objects)
    await accept_request(asked(generation=2, version="9.9"), fake.world())
    await close_deployment(rejected(generation=2), fake.world())
    assert await settled(fake) == Done()
    assert fake.objects.objects == before


async def test_removal_leaves_nothing_but_the_teams_namespace(fake: FakeWorld) -> None:
    """Every object goes, and the end is told once."""
    await started(fake)
    await settled(fake)
    await remove_deployment(removal_asked(), fake.world())
    assert await settled(fake) == Done()
    assert await settled(fake) == Done()
    assert fake.told()[len(HEALTHY) :] == ["objects-removed", "DeploymentRemoved"]
    assert {key[0] for key in fake.objects.objects} == {"Namespace", "Node"}


async def test_removal_of_what_never_started_is_told_too(fake: FakeWorld) -> None:
    """A rejected deployment can be taken away: nothing is left of it."""
    await accept_request(asked(), fake.world())
    await close_deployment(rejected(), fake.world())
    await remove_deployment(removal_asked(), fake.world())
    await settled(fake)
    assert fake.told() == ["rejected", "DeploymentRemoved"]


async def test_a_removal_in_the_middle_of_a_rollout_ends_both(fake: FakeWorld) -> None:
    """The rollout's generation is superseded, the removal's ends with removed."""
    await started(fake)
    await reconcile_deployment(DEPLOYMENT, fake.turn())
    await remove_deployment(removal_asked(), fake.world())
    await settled(fake)
    finals = [(event.context.generation_number, short) for event, short in zip(fake.recorded, fake.told(), strict=True)]
    assert finals[-3:] == [(1, "superseded"), (2, "objects-removed"), (2, "DeploymentRemoved")]


async def test_it_can_be_deployed_again_after_removal(fake: FakeWorld) -> None:
    """A later generation of the same deployment starts its next revision."""
    await started(fake)
    await settled(fake)
    await remove_deployment(removal_asked(), fake.world())
    await settled(fake)
    await started(fake, generation=3)
    await settled(fake)
    assert fake.told()[-1] == "DeploymentSucceeded"


async def test_two_deployments_of_one_name_do_not_fight(fake: FakeWorld) -> None:
    """The objects of the first stay; the second fails and says why."""
    await started(fake)
    await settled(fake)
    for key, found in list(fake.objects.objects.items()):
        if key[0] == "Service":
            labels = {**found["metadata"]["labels"], "appstore.nl/deployment": "somebody-else"}
            fake.objects.objects[key] = {**found, "metadata": {**found["metadata"], "labels": labels}}
    assert isinstance(await reconcile_deployment(DEPLOYMENT, fake.turn()), GiveUp)


@pytest.mark.parametrize("write", range(1, 12))
async def test_killed_at_any_write_it_converges_to_the_same(fake: FakeWorld, write: int) -> None:
    """Even where writes are not one transaction, the next reconcile brings the same objects and no more."""
    await started(fake)

    def die(number: int) -> None:
        if number == write:
            raise Killed

    fake.objects.before_write = die
    try:
        await settled(fake)
    except Killed:
        fake.objects.before_write = lambda _number: None
        await settled(fake)
    kinds = sorted(key[0] for key in fake.objects.objects)
    policies = ["NetworkPolicy", "NetworkPolicy"]
    assert kinds == ["ConfigMap", "Deployment", "Namespace", *policies, "Pod", "Service", "ServiceAccount"]
    assert fake.told()[-1] == "DeploymentSucceeded"
    assert fake.told().count("DeploymentSucceeded") == 1
