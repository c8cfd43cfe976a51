"""What every cluster behind the deployer's port does: the same sentences on the simulated one and on a real one.

A test file beside each adapter's other tests derives a class and gives it a `stage`.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import pytest

from chassis.ledger import new_id
from contracts.apps.spec import AppSpec
from contracts.deployments.environment import Environment
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.inventory import DATA
from services.deployer.domain.manifest.labels import TEAM
from services.deployer.domain.observed import Observation
from services.deployer.ports import Cluster, Deletion, Object, ObjectRefused
from tests.unit.deployer.specs import EVERYTHING, SMALL, small_with

AUTOSCALER = "HorizontalPodAutoscaler"
TWO_THOUSAND_LINES = "\n".join(f"line {number}" for number in range(2000))
HOSTILE = 'x\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: kube-system}\n{{ .Values }} $(id) "\u2028'


class Stage(Protocol):
    """A cluster to test, and what a test can't do through the port."""

    cluster: Cluster

    async def healthy(self, deployment: str) -> Observation:
        """What is shown once every pod is ready; raises TimeoutError."""
        ...

    async def gone(self, deployment: str, *, data: bool) -> int:
        """Remove until nothing remains; how many objects were removed in all."""
        ...

    async def namespace_exists(self, name: str) -> bool:
        """Whether a namespace is there."""
        ...

    async def without(self, deployment: str, kind: str) -> list[Object]:
        """The deployment's objects once none of this kind is left; raises TimeoutError."""
        ...


@dataclass(frozen=True)
class App:
    """One deployment of the test's own."""

    name: str = "assistant"
    deployment: str = field(default_factory=new_id)
    team: str = field(default_factory=new_id)
    namespace: str = field(default_factory=lambda: f"demo-{new_id()[-12:]}")

    def objects(self, spec: AppSpec = SMALL, generation: int = 1, *, paused: bool = False) -> tuple[Object, ...]:
        """Its manifest."""
        return build(self.facts(generation, paused=paused), spec)

    def facts(self, generation: int = 1, *, paused: bool = False) -> DeploymentFacts:
        """What its manifest is made of."""
        where = Environment(name="test", team=self.team, cluster=new_id(), namespace=self.namespace)
        return DeploymentFacts(self.deployment, self.name, "assistant", "1.0", generation, where, paused=paused)


def versions(found: Sequence[Object]) -> dict[tuple[str, str], str]:
    """The resource version of each object that was applied."""
    return {
        (one["kind"], one["metadata"]["name"]): one["metadata"]["resourceVersion"]
        for one in found
        if one["kind"] not in {"Pod", "ReplicaSet", "Deployment"}
    }


def without_public(spec: AppSpec) -> AppSpec:
    """The same app, reached by nobody and without volumes."""
    described = spec.model_dump(mode="json")
    for container in described["containers"]:
        container["mounts"] = []
        for port in container["ports"]:
            port["public"] = False
    return AppSpec.model_validate({**described, "volumes": []})


def with_value(objects: Sequence[Object], value: str) -> list[Object]:
    """The same objects with a variable, past the bounds that a description has."""
    found: list[Object] = deepcopy(list(objects))
    workload = next(one for one in found if one["kind"] == "Deployment")
    workload["spec"]["template"]["spec"]["containers"][0]["env"] = [{"name": "VALUE", "value": value}]
    return found


def scaling(spec: AppSpec) -> AppSpec:
    """The same app, whose number of pods follows the load."""
    return AppSpec.model_validate({**spec.model_dump(mode="json"), "autoscaling": {"minimum": 1, "maximum": 2}})


class ClusterConformance:
    """The sentences."""

    async def test_what_is_applied_is_there(self, stage: Stage) -> None:
        """Every object has a uid and a version, and the inventory as its owner unless it is the team's or data."""
        app = App()
        objects = app.objects(EVERYTHING)
        assert await stage.cluster.apply(app.deployment, objects) == len(objects)
        found = {(one["kind"], one["metadata"]["name"]): one for one in await stage.cluster.objects_of(app.deployment)}
        for one in objects[1:]:
            metadata = found[one["kind"], one["metadata"]["name"]]["metadata"]
            assert metadata["uid"]
            assert metadata["resourceVersion"]
            owned = one["kind"] not in {"ConfigMap", "PersistentVolumeClaim"}
            assert [owner["kind"] for owner in metadata.get("ownerReferences", [])] == ["ConfigMap"] * owned

    async def test_the_same_again_writes_nothing(self, stage: Stage) -> None:
        """Level-triggered: the second time there is nothing to do, and no object has another version."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects(EVERYTHING))
        before = versions(await stage.cluster.objects_of(app.deployment))
        assert await stage.cluster.apply(app.deployment, app.objects(EVERYTHING)) == 0
        assert versions(await stage.cluster.objects_of(app.deployment)) == before

    async def test_a_change_writes_only_what_changed(self, stage: Stage) -> None:
        """Another image is one write; the policies, the account and the Service keep their versions."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects())
        before = versions(await stage.cluster.objects_of(app.deployment))
        assert await stage.cluster.apply(app.deployment, app.objects(small_with("registry.test/hello:2"), 2)) == 1
        assert versions(await stage.cluster.objects_of(app.deployment)) == before

    async def test_what_is_no_longer_declared_goes_and_data_stays(self, stage: Stage) -> None:
        """The Service of an app that became private is pruned; the claim with its data is not."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects(EVERYTHING))
        await stage.cluster.apply(app.deployment, app.objects(without_public(EVERYTHING), 2))
        found = await stage.without(app.deployment, "Service")
        assert [one["metadata"]["name"] for one in found if one["kind"] == "NetworkPolicy"] == ["assistant-deny"]
        assert [one["kind"] for one in found].count("PersistentVolumeClaim") == 1
        assert await stage.cluster.apply(app.deployment, app.objects(without_public(EVERYTHING), 2)) == 0

    async def test_an_object_of_another_deployment_is_refused_and_untouched(self, stage: Stage) -> None:
        """The same names in the same namespace: the second is refused, and the first is as it was."""
        first = App()
        second = replace(first, deployment=new_id())
        await stage.cluster.apply(first.deployment, first.objects())
        before = versions(await stage.cluster.objects_of(first.deployment))
        with pytest.raises(ObjectRefused, match="belongs to somebody else"):
            await stage.cluster.apply(second.deployment, second.objects(small_with("registry.test/hello:2")))
        assert versions(await stage.cluster.objects_of(first.deployment)) == before
        assert await stage.cluster.objects_of(second.deployment) == ()

    async def test_a_namespace_of_another_team_is_refused(self, stage: Stage) -> None:
        """A namespace that carries another team's label takes nothing of ours."""
        first = App()
        await stage.cluster.apply(first.deployment, first.objects())
        second = App(name="other", namespace=first.namespace)
        assert second.objects()[0]["metadata"]["labels"][TEAM] != first.team
        with pytest.raises(ObjectRefused, match="belongs to somebody else") as refused:
            await stage.cluster.apply(second.deployment, second.objects())
        assert refused.value.kind == "Namespace"
        assert await stage.cluster.objects_of(second.deployment) == ()

    async def test_removal_takes_everything_but_the_namespace(self, stage: Stage) -> None:
        """Objects, pods and data go; the team's namespace stays, and another removal finds nothing."""
        app = App()
        objects = app.objects(EVERYTHING)
        await stage.cluster.apply(app.deployment, objects)
        assert await stage.gone(app.deployment, data=True) == len(objects) - 1
        assert await stage.cluster.objects_of(app.deployment) == ()
        assert await stage.namespace_exists(app.namespace)
        assert (await stage.cluster.delete(app.deployment)).removed == 0

    async def test_removal_leaves_data_when_told_so(self, stage: Stage) -> None:
        """Without `data` the claim is all that is left, by name; what is applied again has it; then it may go alone."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects(EVERYTHING))
        await stage.gone(app.deployment, data=False)
        (claim,) = await stage.cluster.objects_of(app.deployment)
        kept = (claim["metadata"]["name"],)
        assert claim["kind"] == DATA
        assert await stage.cluster.delete(app.deployment, data=False) == Deletion(0, 0, kept)
        await stage.cluster.apply(app.deployment, app.objects(EVERYTHING, 2))
        claims = [one for one in await stage.cluster.objects_of(app.deployment) if one["kind"] == DATA]
        assert [one["metadata"]["uid"] for one in claims] == [claim["metadata"]["uid"]]
        await stage.gone(app.deployment, data=False)
        assert await stage.gone(app.deployment, data=True) == 1
        assert await stage.cluster.objects_of(app.deployment) == ()

    async def test_a_rollout_gets_healthy(self, stage: Stage) -> None:
        """Nothing is shown before it is applied; in time every pod is ready, by the statuses."""
        app = App()
        assert await stage.cluster.observe(app.deployment) is None
        await stage.cluster.apply(app.deployment, app.objects())
        observed = await stage.healthy(app.deployment)
        assert (observed.wanted, observed.ready, observed.outdated) == (1, 1, 0)
        assert {one.reason.value for one in observed.happened} >= {"Scheduled", "Started", "Ready"}

    async def test_what_is_paused_has_no_pods_and_comes_back(self, stage: Stage) -> None:
        """Every other object stays as it was but the autoscaler; resumed, it has as many pods as before."""
        app, scaled = App(), scaling(SMALL)
        await stage.cluster.apply(app.deployment, app.objects(scaled))
        ready, there = (await stage.healthy(app.deployment)).ready, await stage.cluster.objects_of(app.deployment)
        await stage.cluster.apply(app.deployment, app.objects(scaled, 2, paused=True))
        found = versions(await stage.without(app.deployment, AUTOSCALER))
        assert set(versions(there)) - set(found) == {(AUTOSCALER, app.name)}
        still = await stage.healthy(app.deployment)
        assert (still.wanted, still.pods, still.complete) == (0, (), True)
        await stage.cluster.apply(app.deployment, app.objects(scaled, 3))
        assert (await stage.healthy(app.deployment)).ready == ready
        assert AUTOSCALER in {one["kind"] for one in await stage.cluster.objects_of(app.deployment)}

    @pytest.mark.parametrize("value", [HOSTILE, TWO_THOUSAND_LINES], ids=["hostile", "2,000 lines"])
    async def test_a_value_is_only_ever_data(self, stage: Stage, value: str) -> None:
        """Whatever stands in a value arrives letter by letter, and makes no object of its own."""
        app = App()
        await stage.cluster.apply(app.deployment, with_value(app.objects(), value))
        found = [one for one in await stage.cluster.objects_of(app.deployment) if one["kind"] == "Deployment"]
        container: dict[str, Any] = found[0]["spec"]["template"]["spec"]["containers"][0]
        assert container["env"] == [{"name": "VALUE", "value": value}]

    async def test_a_name_that_is_too_long_is_refused_by_the_cluster(self, stage: Stage) -> None:
        """More than 63 characters where a label has to fit: a sentence with the kind and the name, and no Service."""
        app = App()
        *objects, service = app.objects()
        service = {**service, "metadata": {**service["metadata"], "name": "a" * 64}}
        with pytest.raises(ObjectRefused) as refused:
            await stage.cluster.apply(app.deployment, (*objects, service))
        assert (refused.value.kind, refused.value.name) == ("Service", "a" * 64)
        assert "Service" not in {one["kind"] for one in await stage.cluster.objects_of(app.deployment)}
