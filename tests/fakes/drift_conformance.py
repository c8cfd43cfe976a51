"""What every cluster says of objects that somebody changed by hand: the same sentences on the simulated and a real one.

Beside `cluster_conformance.py`; a test file derives a class and gives it a `stage`.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import pytest

from services.deployer.domain.difference import Difference
from services.deployer.domain.drift import Drifted
from services.deployer.domain.manifest.order import in_order
from services.deployer.domain.manifest.secret import settings_secret
from services.deployer.ports import Cluster, FieldConflict, Object
from tests.e2e.eventually import eventually
from tests.fakes.cluster_conformance import App, without_public
from tests.unit.deployer.specs import EVERYTHING, small_with

EDITOR = "kubectl-edit"
CANARY = "a-value-nobody-may-read"


class DriftStage(Protocol):
    """A cluster to test, and somebody who changes things in it by hand."""

    cluster: Cluster

    async def edits(self, app: App, kind: str, name: str, patch: dict[str, Any]) -> None:
        """Merge this into an object as the field manager `kubectl-edit`."""
        ...

    async def deletes(self, app: App, kind: str, name: str) -> None:
        """Delete an object."""
        ...


def secret_of(app: App, value: str) -> Object:
    """A Secret of the app."""
    return settings_secret(app.facts(), {"password": value})


async def drifted(stage: DriftStage, app: App, objects: Sequence[Object]) -> Drifted:
    """The one object that drifted, once the cluster tells it."""

    async def look() -> tuple[Drifted, ...]:
        return await stage.cluster.drift(app.deployment, objects)

    found = await eventually(look, bool, 10.0, "it is told")
    assert len(found) == 1
    return found[0]


class DriftConformance:
    """The sentences."""

    async def test_nothing_has_drifted_after_an_apply(self, stage: DriftStage) -> None:
        """Whatever the cluster itself added."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects(EVERYTHING))
        assert await stage.cluster.drift(app.deployment, app.objects(EVERYTHING)) == ()

    async def test_a_changed_field_is_told_and_taken_back_only_when_asked(self, stage: DriftStage) -> None:
        """With both values, who did it and when; without `force` it stays, and the refusal says the same."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects())
        await stage.edits(app, "Deployment", app.name, {"spec": {"replicas": 3}})
        found = await drifted(stage, app, app.objects())
        assert (found.kind, found.name, found.deleted, found.manager) == ("Deployment", app.name, False, EDITOR)
        assert found.differences == (Difference(".spec.replicas", 1, 3),)
        assert found.at is not None
        with pytest.raises(FieldConflict) as refused:
            await stage.cluster.apply(app.deployment, app.objects())
        assert refused.value.drifted == found
        assert await stage.cluster.apply(app.deployment, app.objects(), force=True) == 1
        assert await stage.cluster.drift(app.deployment, app.objects()) == ()

    async def test_an_item_of_a_list_is_told_by_its_name(self, stage: DriftStage) -> None:
        """Another image: the path names the container."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects())
        workload = next(one for one in app.objects() if one["kind"] == "Deployment")
        container = workload["spec"]["template"]["spec"]["containers"][0]
        patch = {"spec": {"template": {"spec": {"containers": [{**container, "image": "registry.test/other:1"}]}}}}
        await stage.edits(app, "Deployment", app.name, patch)
        found = await drifted(stage, app, app.objects())
        path = f".spec.template.spec.containers[{container['name']}].image"
        assert found.differences == (Difference(path, container["image"], "registry.test/other:1"),)

    async def test_a_deleted_object_is_told_and_made_again(self, stage: DriftStage) -> None:
        """Nobody's fields stand in the way of that."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects())
        await stage.deletes(app, "Service", app.name)
        found = await drifted(stage, app, app.objects())
        assert (found.kind, found.deleted, found.differences, found.manager) == ("Service", True, (), None)
        assert await stage.cluster.apply(app.deployment, app.objects()) == 1
        assert await stage.cluster.drift(app.deployment, app.objects()) == ()

    async def test_what_others_add_is_no_drift_and_stays(self, stage: DriftStage) -> None:
        """A label, and what kubectl notes for itself."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects())
        note = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
        patch = {"metadata": {"labels": {"theirs": "yes"}, "annotations": note}}
        await stage.edits(app, "Deployment", app.name, patch)

        async def seen() -> bool:
            found = await stage.cluster.objects_of(app.deployment)
            return any(one["metadata"].get("labels", {}).get("theirs") == "yes" for one in found)

        await eventually(seen, bool, 10.0, "the cluster shows it")
        assert await stage.cluster.drift(app.deployment, app.objects()) == ()
        assert await stage.cluster.apply(app.deployment, app.objects()) == 0
        assert await seen()

    async def test_a_label_of_ours_that_went_is_drift(self, stage: DriftStage) -> None:
        """Nobody is named: nobody has what is gone."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects())
        await stage.edits(app, "Service", app.name, {"metadata": {"labels": {"app.kubernetes.io/name": None}}})
        found = await drifted(stage, app, app.objects())
        assert found.differences == (Difference(".metadata.labels.app.kubernetes.io/name", "assistant", None),)
        assert await stage.cluster.apply(app.deployment, app.objects(), force=True) == 1

    async def test_of_a_secret_only_the_field_is_told(self, stage: DriftStage) -> None:
        """What is told of it has neither value."""
        app = App()
        objects = in_order((*app.objects(), secret_of(app, CANARY)))
        name = objects[[one["kind"] for one in objects].index("Secret")]["metadata"]["name"]
        await stage.cluster.apply(app.deployment, objects)
        await stage.edits(app, "Secret", name, {"data": {"password": "b3RoZXI="}})
        told = (await drifted(stage, app, objects)).told
        assert [(one.path, one.declared, one.found, one.hidden) for one in told.fields] == [
            (".data.password", None, None, True)
        ]
        assert await stage.cluster.apply(app.deployment, objects, force=True) == 1

    async def test_what_was_applied_as_something_else_is_no_drift(self, stage: DriftStage) -> None:
        """A newer wish is still to be written: another image, and a Service that it no longer has."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects())
        newer = app.objects(without_public(small_with("registry.test/hello:2")), 2)
        assert await stage.cluster.drift(app.deployment, newer) == ()

    async def test_without_the_inventory_only_that_is_told(self, stage: DriftStage) -> None:
        """What it owned goes with it."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects())
        await stage.deletes(app, "ConfigMap", f"{app.name}-inventory")
        found = await drifted(stage, app, app.objects())
        assert (found.kind, found.deleted) == ("ConfigMap", True)
