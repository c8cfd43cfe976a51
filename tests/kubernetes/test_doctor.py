"""Each finding of the doctor really happens: through the adapter, from the API server, by what its statuses say.

Scheduling, quotas, admission, volumes and deadlines are the control plane's own. Where a kubelet would have to act, the
test plays it and says "simulated": it writes the status and the Events that Kubernetes documents.
"""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from contracts.apps.spec import AppSpec
from contracts.deployments.reasons import Cause, Fault
from infra.kubernetes.control_plane import ControlPlane
from services.deployer.domain.health import Failure
from services.deployer.domain.hidden import MARK, hidden
from services.deployer.domain.observed import OOM_KILLED
from services.deployer.ports import Object
from services.gateway.api.diagnosis import seen
from services.gateway.locales.texts import Texts
from tests.e2e.eventually import eventually
from tests.fakes.cluster_conformance import App
from tests.kubernetes.deployer_stage import deployer_on, role, shipped_rules
from tests.kubernetes.kubelet import Kubelet, ended, left_alone, stamp, workload_of
from tests.kubernetes.ward import WITHIN, Case, Patient, admitted, discharged, policy_of, refusing
from tests.unit.deployer.specs import SMALL, small_with

pytestmark = pytest.mark.asyncio(loop_scope="session")

CANARY = "canary-7f3a91"
IMAGE = "registry.test/hello:1"
NO_PULL = f'Failed to pull image "{IMAGE}": rpc error: code = NotFound desc = {IMAGE}: not found'
PROBE = "Readiness probe failed: HTTP probe failed with statuscode: 503"
NO_ANSWER = "dial tcp db.example.org:5432: i/o timeout"
PLAIN = SMALL.model_dump(mode="json")
WITH_DATA = AppSpec.model_validate({**PLAIN, "volumes": [{"name": "data", "size": "1Gi"}]})


def plain(app: App) -> list[Object]:
    """The small app; kwok leaves its pods alone."""
    return left_alone(app.objects())


def asking(**resources: str) -> Callable[[App], list[Object]]:
    """The small app, asking for more."""
    return lambda app: list(app.objects(small_with(IMAGE, **resources)))


def as_root(app: App) -> list[Object]:
    """A pod that Pod Security `restricted` keeps out; the Deployment that asks for it is let in."""
    found = left_alone(app.objects())
    workload_of(found)["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"] = False
    return found


def impatient(app: App) -> list[Object]:
    """Kubernetes itself gives up after a second."""
    found = left_alone(app.objects())
    workload_of(found)["spec"]["progressDeadlineSeconds"] = 1
    return found


def routed(app: App) -> list[Object]:
    """With a route of the Gateway API, which this cluster does not have."""
    found = left_alone(app.objects())
    labels = workload_of(found)["metadata"]["labels"]
    return [
        *found,
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": {"name": app.name, "namespace": app.namespace, "labels": labels},
            "spec": {},
        },
    ]


async def a_small_quota(patient: Patient) -> None:
    """The operator gives the team a tenth of a processor."""
    path = f"/api/v1/namespaces/{patient.app.namespace}/resourcequotas"
    body = {"kind": "ResourceQuota", "metadata": {"name": "team-room"}, "spec": {"hard": {"requests.cpu": "100m"}}}
    await patient.stage.admin.request("POST", path, None, body)

    async def counted() -> Any:
        return (await patient.stage.admin.request("GET", f"{path}/team-room")).get("status", {}).get("hard")

    await eventually(counted, bool, WITHIN, "the quota counts")


async def no_image(kubelet: Kubelet, pod: Object) -> None:
    """Three pulls failed."""
    message = f'Back-off pulling image "{IMAGE}": ErrImagePull: {NO_PULL}'
    await kubelet.shows(pod, state={"waiting": {"reason": "ImagePullBackOff", "message": message}})
    await kubelet.tells(pod, "Failed", NO_PULL, count=3)


async def crashes(kubelet: Kubelet, pod: Object) -> None:
    """It started three times and ended each time; its last line tells more than it should."""
    log = f"starting\nno such table: papers (postgres://app:{CANARY}@db/papers)\n"
    await kubelet.shows(pod, restartCount=3, **ended(1, "Error", log))


async def is_killed(kubelet: Kubelet, pod: Object) -> None:
    """The kernel took it three times."""
    await kubelet.shows(pod, restartCount=3, **ended(137, OOM_KILLED))


async def says_no(kubelet: Kubelet, pod: Object) -> None:
    """It runs, and answers its probe with 503."""
    running = {"running": {"startedAt": stamp(datetime.now(UTC))}}
    await kubelet.shows(pod, started=True, state=running)
    await kubelet.tells(pod, "Unhealthy", PROBE, count=20)


async def lacks_a_secret(kubelet: Kubelet, pod: Object) -> None:
    """A container names a Secret that is not there."""
    waiting = {"reason": "CreateContainerConfigError", "message": 'secret "assistant-settings" not found'}
    await kubelet.shows(pod, state={"waiting": waiting})


async def reaches_nobody(kubelet: Kubelet, pod: Object) -> None:
    """It ended three times, waiting for its database in vain; the policies that are applied let nothing out."""
    await kubelet.shows(pod, restartCount=3, **ended(1, "Error", f"starting\n{NO_ANSWER}\n"))


CASES = {
    "too large for any node": Case(asking(cpu="200")),
    "over quota": Case(plain, prepare=a_small_quota),
    "a service denied": Case(plain, prepare=refusing("services", "releases are closed")),
    "pods denied": Case(plain, prepare=refusing("pods", "only signed images")),
    "pod security": Case(as_root),
    "no storage": Case(lambda app: list(app.objects(WITH_DATA))),
    "not served": Case(routed),
    "no progress": Case(impatient),
    "no image": Case(plain, play=no_image),
    "crash loop": Case(plain, play=crashes),
    "out of memory": Case(plain, play=is_killed),
    "failed probe": Case(plain, play=says_no),
    "no secret": Case(plain, play=lacks_a_secret),
    "blocked": Case(plain, play=reaches_nobody),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ward(cluster: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Patient]]:
    """All of them at once, so that their waits are one wait."""
    folder = tmp_path_factory.mktemp("deployer")
    async with role(cluster, shipped_rules()), deployer_on(cluster, folder) as stage:
        patients = await admitted(stage, CASES)
        yield patients
        await discharged(stage, patients)


def is_told(found: Failure, cause: Cause, fault: Fault, **params: object) -> None:
    """Cause, whose turn, evidence; and in both languages what it is, what to do and each piece of evidence."""
    assert (found.cause, found.fault) == (cause, fault)
    assert {name: found.params[name] for name in params} == params
    for texts in (Texts("nl"), Texts("en")):
        sentences = [texts(f"failure.cause.{cause}.{part}") for part in ("what", "why", "next")]
        assert len({*sentences}) == 3
        assert texts(f"failure.fault.{fault}")
        assert {one.name for one in seen(found.params, texts)}
    assert Texts("nl")(f"failure.cause.{cause}.next") != Texts("en")(f"failure.cause.{cause}.next")


async def test_no_node_is_large_enough(ward: dict[str, Patient]) -> None:
    """The real scheduler says which resource, and the nodes how much of it is missing: the wish is too large."""
    found = await ward["too large for any node"].finding(Cause.UNSCHEDULABLE)
    amounts = {"resource": "cpu", "asked": "200", "free": "32", "missing": "168"}
    is_told(found, Cause.UNSCHEDULABLE, Fault.CONFIGURATION, **amounts)
    assert "4 Insufficient cpu" in str(found.params["message"])


async def test_the_quota_has_no_room(ward: dict[str, Patient]) -> None:
    """Real quota admission refuses the pod: which quota, what was asked, what there is."""
    found = await ward["over quota"].finding(Cause.QUOTA_EXCEEDED)
    room = {"quota": "team-room", "resource": "requests.cpu", "asked": "500m", "used": "0", "limit": "100m"}
    is_told(found, Cause.QUOTA_EXCEEDED, Fault.CONFIGURATION, **room)


async def test_a_policy_denies_an_object(ward: dict[str, Patient]) -> None:
    """A real ValidatingAdmissionPolicy refuses the Service: by name, with the object and the policy's own words."""
    patient = ward["a service denied"]
    found = await patient.finding(Cause.ADMISSION_DENIED)
    told = {"policy": policy_of("services", patient.app), "kind": "Service", "message": "releases are closed"}
    is_told(found, Cause.ADMISSION_DENIED, Fault.CONFIGURATION, **told)


async def test_a_policy_denies_pods(ward: dict[str, Patient]) -> None:
    """The Deployment is let in and its pods are not: the real controller's condition tells which policy it was."""
    patient = ward["pods denied"]
    found = await patient.finding(Cause.ADMISSION_DENIED)
    told = {"policy": policy_of("pods", patient.app), "kind": "Pod", "message": "only signed images"}
    is_told(found, Cause.ADMISSION_DENIED, Fault.CONFIGURATION, **told)


async def test_pod_security_keeps_a_pod_out(ward: dict[str, Patient]) -> None:
    """Real Pod Security admission refuses what `restricted` does not allow, and says what it is."""
    found = await ward["pod security"].finding(Cause.ADMISSION_DENIED)
    is_told(found, Cause.ADMISSION_DENIED, Fault.CONFIGURATION, kind="Pod")
    assert str(found.params["policy"]).startswith("restricted")
    assert "runAsNonRoot" in str(found.params["message"])


async def test_there_is_no_storage(ward: dict[str, Patient]) -> None:
    """Nobody provides volumes here: the real controller says so of the claim, and the scheduler waits for it."""
    found = await ward["no storage"].finding(Cause.VOLUME_NOT_BOUND)
    is_told(found, Cause.VOLUME_NOT_BOUND, Fault.PLATFORM, size="1Gi", phase="Pending")
    assert "no storage class is set" in str(found.params["message"])


async def test_an_api_is_not_served(ward: dict[str, Patient]) -> None:
    """A kind of an extension that is not installed: the real server knows no such page."""
    found = await ward["not served"].finding(Cause.API_NOT_SERVED)
    is_told(found, Cause.API_NOT_SERVED, Fault.PLATFORM, api="gateway.networking.k8s.io/v1", kind="HTTPRoute")


async def test_nothing_comes_nearer_to_its_end(ward: dict[str, Patient]) -> None:
    """The real controller gives up after its deadline, and no other finding says why."""
    found = await ward["no progress"].finding(Cause.PROGRESS_DEADLINE_EXCEEDED)
    is_told(found, Cause.PROGRESS_DEADLINE_EXCEEDED, Fault.APP, ready=0, wanted=1)


async def test_an_image_cannot_be_pulled_simulated(ward: dict[str, Patient]) -> None:
    """Simulated kubelet: ImagePullBackOff and the Events of its pulls tell which image, and the registry's words."""
    found = await ward["no image"].finding(Cause.IMAGE_NOT_FOUND)
    is_told(found, Cause.IMAGE_NOT_FOUND, Fault.CONFIGURATION, image=IMAGE)
    assert "not found" in str(found.params["message"])


async def test_a_container_keeps_crashing_simulated(ward: dict[str, Patient]) -> None:
    """Simulated kubelet: the exit code, the restarts and the last lines, without the password that stands in one."""
    found = await ward["crash loop"].finding(Cause.CRASH_LOOP)
    is_told(found, Cause.CRASH_LOOP, Fault.APP, container="web", exitCode=1, restarts=3)
    lines = hidden(str(found.params["log"]), ()).splitlines()
    assert lines == ["starting", f"no such table: papers (postgres://app:{MARK}@db/papers)"]
    assert CANARY not in hidden(str(found.params["lastLine"]), ())


async def test_a_container_is_out_of_memory_simulated(ward: dict[str, Patient]) -> None:
    """Simulated kubelet: the kernel's kill, with the limit that it had."""
    found = await ward["out of memory"].finding(Cause.OUT_OF_MEMORY)
    is_told(found, Cause.OUT_OF_MEMORY, Fault.CONFIGURATION, limit="512Mi", exitCode=137, restarts=3)


async def test_a_probe_fails_simulated(ward: dict[str, Patient]) -> None:
    """Simulated kubelet: which probe, where it asked, what it got."""
    found = await ward["failed probe"].finding(Cause.PROBE_FAILED)
    is_told(found, Cause.PROBE_FAILED, Fault.APP, probe="readiness", path="/ready", answer="HTTP 503")


async def test_a_secret_is_missing_simulated(ward: dict[str, Patient]) -> None:
    """Simulated kubelet: the container can't be made, and which Secret it names."""
    found = await ward["no secret"].finding(Cause.CONFIG_MISSING)
    is_told(found, Cause.CONFIG_MISSING, Fault.CONFIGURATION, container="web", missing="assistant-settings")


async def test_the_network_policies_block_an_endpoint_simulated(ward: dict[str, Patient]) -> None:
    """Simulated kubelet, real policies: the line that waited in vain, and no rule lets that port out."""
    found = await ward["blocked"].finding(Cause.NETWORK_BLOCKED)
    is_told(found, Cause.NETWORK_BLOCKED, Fault.CONFIGURATION, endpoint="db.example.org:5432", lastLine=NO_ANSWER)
