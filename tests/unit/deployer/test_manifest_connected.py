"""Scaling, connections, needs, probes, digests and what an environment offers, as objects."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.apps.spec import AppSpec
from contracts.clusters.offer import Offer
from services.deployer.adapters.sandbox.schemas import validate
from services.deployer.domain.kubernetes_words import exceeded_quota
from services.deployer.domain.manifest.build import NOTHING, build
from services.deployer.domain.manifest.exposure import address
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.inventory import is_inventory, listed
from services.deployer.ports import ObjectRefused
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT, an_environment
from tests.unit.deployer.connected import CONNECTED, DIGEST, OFFER, WITH_GATEWAY
from tests.unit.deployer.specs import EVERYTHING, SMALL
from tests.unit.deployer.test_sandbox_cluster import sandbox, seen

FACTS = DeploymentFacts(DEPLOYMENT, "assistant", "assistant", "1.0", 1, an_environment())
DNS = {"port": 53, "protocol": "UDP"}


def of_kind(kind: str, spec: AppSpec = CONNECTED, offer: Offer = NOTHING, **facts: Any) -> dict[str, dict[str, Any]]:
    """The specs of one kind of object, by the name behind the deployment's own."""
    objects = build(replace(FACTS, **facts), spec, offer)
    return {one["metadata"]["name"].removeprefix("assistant-"): one["spec"] for one in objects if one["kind"] == kind}


def container() -> dict[str, Any]:
    """The container of the description that uses everything."""
    found: dict[str, Any] = of_kind("Deployment")["assistant"]["template"]["spec"]["containers"][0]
    return found


def small_with(**changed: object) -> AppSpec:
    """The small description with these fields."""
    return AppSpec.model_validate({**SMALL.model_dump(mode="json"), **changed})


def test_a_size_is_filled_in_and_what_differs_stays() -> None:
    """M is one CPU; the memory is the one that was named."""
    assert container()["resources"]["requests"] == {"cpu": "1", "memory": "4Gi"}


def test_an_image_is_pinned_by_its_digest() -> None:
    """The tag stays readable beside it."""
    assert container()["image"] == f"registry.test/hello:1@{DIGEST}"


def test_each_kind_of_probe_asks_its_own_question() -> None:
    """A port that opens, a path that answers, a command that ends well."""
    built = container()
    assert built["startupProbe"]["tcpSocket"] == {"port": "http"}
    assert built["startupProbe"]["failureThreshold"] == 60
    assert built["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "http"}
    assert built["livenessProbe"]["exec"] == {"command": ["/bin/alive", "--quick"]}
    assert (built["livenessProbe"]["timeoutSeconds"], built["command"]) == (3, ["/bin/serve"])


def test_the_autoscaler_owns_the_number_of_pods() -> None:
    """The Deployment says none, so that an apply undoes nothing; a number that a team asks for goes before."""
    assert "replicas" not in of_kind("Deployment")["assistant"]
    scaler = of_kind("HorizontalPodAutoscaler")["assistant"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 6)
    assert scaler["metrics"][0]["resource"]["target"] == {"type": "Utilization", "averageUtilization": 70}
    assert of_kind("Deployment", replicas=4)["assistant"]["replicas"] == 4
    assert of_kind("HorizontalPodAutoscaler", replicas=4) == {}


@pytest.mark.parametrize(
    ("spec", "facts", "wanted"),
    [
        (SMALL, {}, False),
        (SMALL, {"replicas": 2}, True),
        (EVERYTHING, {}, True),
        (EVERYTHING, {"replicas": 0}, False),
        (CONNECTED, {}, True),
    ],
)
def test_more_than_one_pod_has_a_disruption_budget(spec: AppSpec, facts: dict[str, Any], *, wanted: bool) -> None:
    """One pod may be away at a time; a single one must not keep a node from being emptied."""
    budgets = of_kind("PodDisruptionBudget", spec, **facts)
    assert bool(budgets) is wanted
    assert all(budget["maxUnavailable"] == 1 for budget in budgets.values())


def test_only_what_is_declared_goes_out_and_dns_with_it() -> None:
    """DNS first, then each destination with its ports; a network never reaches the machine's own addresses."""
    policies = of_kind("NetworkPolicy")
    rules = policies["egress"]["egress"]
    assert DNS in rules[0]["ports"]
    assert [rule["to"] for rule in rules[1:]] == [
        [{"ipBlock": {"cidr": "192.0.2.0/24"}}],
        [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}}],
        [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shared-models"}}}],
        [{"podSelector": {"matchLabels": {"app.kubernetes.io/instance": "qdrant"}}}],
        [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "databases"}}}],
    ]
    assert [port["port"] for port in rules[2]["ports"]] == [443, 8443]
    assert policies["deny"]["policyTypes"] == ["Ingress", "Egress"]
    assert "egress" not in of_kind("NetworkPolicy", SMALL), "what declares nothing gets no DNS either"


def test_only_declared_callers_come_in_beside_people() -> None:
    """Each caller to its own port; the Service has these ports too, and they are not public."""
    policies = of_kind("NetworkPolicy")
    assert policies["callers"]["ingress"] == [
        {
            "from": [{"podSelector": {"matchLabels": {"app.kubernetes.io/instance": "chat"}}}],
            "ports": [{"port": 9090, "protocol": "TCP"}],
        },
        {
            "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
            "ports": [{"port": 9100, "protocol": "TCP"}],
        },
    ]
    assert [port["port"] for port in policies["public"]["ingress"][0]["ports"]] == [8080]
    assert [port["port"] for port in of_kind("Service")["assistant"]["ports"]] == [8080, 9090, 9100]


def test_needs_are_bound_by_reference() -> None:
    """A key of a Secret or ConfigMap by name, never a value; what is not required may be absent."""
    assert {one["name"]: one["valueFrom"] for one in container()["env"]} == {
        "DATABASE_PASSWORD": {"secretKeyRef": {"name": "assistant-database", "key": "password"}},
        "DATABASE_URL": {"secretKeyRef": {"name": "assistant-database", "key": "url"}},
        "OPENAI_BASE_URL": {"configMapKeyRef": {"name": "llm-endpoint", "key": "base-url"}},
        "REDIS_URL": {"secretKeyRef": {"name": "cache", "key": "url", "optional": True}},
    }


def test_a_domain_gives_a_host_of_name_and_namespace() -> None:
    """An Ingress with its certificate, or a route of the gateway, to the first public port; else an inner address."""
    host = "assistant.demo-test.apps.example.org"
    ingress = of_kind("Ingress", offer=OFFER)["assistant"]
    assert (ingress["rules"][0]["host"], ingress["tls"][0]["hosts"]) == (host, [host])
    route = of_kind("HTTPRoute", offer=WITH_GATEWAY)["assistant"]
    assert (route["hostnames"], route["parentRefs"]) == ([host], [{"name": "people", "namespace": "gateways"}])
    assert of_kind("Ingress", offer=WITH_GATEWAY) == of_kind("Ingress") == of_kind("HTTPRoute") == {}
    assert address(FACTS, CONNECTED, OFFER) == address(FACTS, CONNECTED, WITH_GATEWAY) == f"https://{host}"
    bare = OFFER.model_copy(update={"certificate_issuer": None})
    assert address(FACTS, CONNECTED, bare) == f"http://{host}"


def test_a_quota_is_the_teams_and_not_the_deployments() -> None:
    """Both objects are shared: not on the inventory, and without the deployment's label."""
    objects = build(FACTS, CONNECTED, OFFER)
    room = [one for one in objects if one["kind"] in ("ResourceQuota", "LimitRange")]
    assert of_kind("ResourceQuota", offer=OFFER)["appstore"]["hard"] == {
        "requests.cpu": "8",
        "requests.memory": "32Gi",
        "requests.nvidia.com/gpu": "1",
        "requests.storage": "200Gi",
        "pods": "20",
    }
    assert [one["kind"] for one in room] == ["LimitRange", "ResourceQuota"]
    assert not any("appstore.nl/deployment" in one["metadata"]["labels"] for one in room)
    inventory = next(one for one in objects if is_inventory(one))
    assert {kind for _, kind, _ in listed(inventory)}.isdisjoint({"ResourceQuota", "LimitRange", "Namespace"})


@pytest.mark.parametrize("offer", [NOTHING, OFFER])
def test_all_of_it_meets_the_schemas_of_kubernetes(offer: Offer) -> None:
    """An API server of the pinned version accepts the shape of every object."""
    for manifest in build(FACTS, CONNECTED, offer):
        validate(manifest, "1.37")


async def test_the_sandbox_keeps_the_least_number_of_pods(fake: FakeWorld) -> None:
    """Load is not simulated: an autoscaled app has its minimum, and applying again changes nothing."""
    await sandbox(fake).apply(DEPLOYMENT, build(FACTS, CONNECTED, OFFER))
    assert (await seen(fake)).wanted == 2
    fake.clock.after(60)
    assert (await seen(fake)).complete
    assert await sandbox(fake).apply(DEPLOYMENT, build(FACTS, CONNECTED, OFFER)) == 0


async def test_the_sandbox_holds_a_namespace_to_its_quota(fake: FakeWorld) -> None:
    """A ResourceQuota that is applied counts as one that the cluster's file describes."""
    offer = Offer.model_validate({"quota": {"pods": 1}})
    await sandbox(fake).apply(DEPLOYMENT, build(FACTS, small_with(replicas=2), offer))
    refused = (await seen(fake)).not_created
    assert refused is not None
    words = exceeded_quota(refused.message)
    assert words is not None
    assert (words.resource, words.limit) == ("pods", "1")


async def test_the_sandbox_knows_no_gateway(fake: FakeWorld) -> None:
    """As an API server without the Gateway API, it refuses a route by name, and nothing is written."""
    with pytest.raises(ObjectRefused, match='no matches for kind "HTTPRoute"'):
        await sandbox(fake).apply(DEPLOYMENT, build(FACTS, CONNECTED, WITH_GATEWAY))
    assert fake.objects.objects == {}
