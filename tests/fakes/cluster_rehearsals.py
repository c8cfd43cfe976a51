"""What every cluster says of objects that it is shown and must not keep: the same sentences on both."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

from chassis.ledger import new_id
from services.deployer.ports import Object
from tests.fakes.cluster_conformance import HOSTILE, App, Stage, without_public
from tests.unit.deployer.specs import EVERYTHING


def untouched(found: Sequence[Object]) -> dict[tuple[str, str], object]:
    """What tells that nobody applied anything: uids and generations, and versions of what no controller writes."""
    only_ours = ("ConfigMap", "ServiceAccount", "NetworkPolicy", "Service")
    return {
        (one["kind"], one["metadata"]["name"]): (
            one["metadata"]["uid"],
            one["metadata"].get("generation"),
            one["metadata"]["resourceVersion"] if one["kind"] in only_ours else None,
        )
        for one in found
        if one["kind"] not in {"Pod", "ReplicaSet"}
    }


class ClusterRehearsals:
    """The sentences."""

    async def test_a_rehearsal_changes_nothing(self, stage: Stage) -> None:
        """Of a new deployment in a new namespace it is told that nobody could be asked; nothing is there afterwards."""
        app = App()
        objects = app.objects(EVERYTHING)
        found = await stage.cluster.rehearse(app.deployment, objects)
        assert [one.wanted["kind"] for one in found.objects] == [one["kind"] for one in objects]
        assert all(one.before is None and one.objection is None for one in found.objects)
        assert [one.wanted["kind"] for one in found.objects if one.asked] == ["Namespace"]
        assert await stage.cluster.objects_of(app.deployment) == ()
        assert not await stage.namespace_exists(app.namespace)

    async def test_a_rehearsal_of_what_is_there_finds_nothing_to_do(self, stage: Stage) -> None:
        """The same objects again are all as they would be, and nothing would be taken away."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects(EVERYTHING))
        before = untouched(await stage.cluster.objects_of(app.deployment))
        found = await stage.cluster.rehearse(app.deployment, app.objects(EVERYTHING))
        assert all(one.asked and one.objection is None and one.before == one.after for one in found.objects)
        assert found.removed == ()
        assert untouched(await stage.cluster.objects_of(app.deployment)) == before

    async def test_a_rehearsal_tells_what_would_change_and_go(self, stage: Stage) -> None:
        """What is no longer declared would go, data would not; and all stays as it is."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects(EVERYTHING))
        before = untouched(await stage.cluster.objects_of(app.deployment))
        found = await stage.cluster.rehearse(app.deployment, app.objects(without_public(EVERYTHING), 2))
        assert "Service" in {one["kind"] for one in found.removed}
        assert "PersistentVolumeClaim" not in {one["kind"] for one in found.removed}
        changed = {one.wanted["kind"] for one in found.objects if one.before != one.after}
        assert {"ConfigMap", "Deployment"} <= changed
        assert "ServiceAccount" not in changed
        assert untouched(await stage.cluster.objects_of(app.deployment)) == before

    async def test_a_rehearsal_tells_whose_an_object_is(self, stage: Stage) -> None:
        """Names that another deployment has are refused, each object by itself."""
        first = App()
        second = replace(first, deployment=new_id())
        await stage.cluster.apply(first.deployment, first.objects())
        found = await stage.cluster.rehearse(second.deployment, second.objects())
        refused = [one for one in found.objects if one.objection is not None]
        assert {one.wanted["kind"] for one in refused} >= {"ConfigMap", "ServiceAccount", "Deployment"}
        assert all("belongs to somebody else" in one.objection.message for one in refused if one.objection)
        assert await stage.cluster.objects_of(second.deployment) == ()

    async def test_a_rehearsal_tells_which_field_is_wrong(self, stage: Stage) -> None:
        """A field that no schema knows is refused for its object, and the others are told as they would be."""
        app = App()
        await stage.cluster.apply(app.deployment, app.objects())
        objects = deepcopy(list(app.objects(generation=2)))
        next(one for one in objects if one["kind"] == "Deployment")["spec"]["hostile"] = HOSTILE
        found = await stage.cluster.rehearse(app.deployment, objects)
        refused = {one.wanted["kind"]: one.objection for one in found.objects if one.objection is not None}
        assert list(refused) == ["Deployment"]
        assert "hostile" in str(refused["Deployment"])
