"""The deployer without any right over the cluster: a Role in each listed namespace is enough, and not too much."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chassis.errors import NotNow
from chassis.ledger import new_id
from infra.kubernetes.control_plane import ControlPlane
from infra.kubernetes.shipped_roles import roles_in
from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.adapters.kubernetes.reach import Reach
from tests.e2e.eventually import eventually
from tests.fakes.cluster_conformance import App
from tests.kubernetes.deployer_stage import RBAC, administrator, deployer_on, shipped_rules
from tests.kubernetes.test_least_privilege import whole_life
from tests.unit.deployer.specs import EVERYTHING, SMALL

pytestmark = pytest.mark.asyncio(loop_scope="session")
Rule = dict[str, Any]
ROLE = next(one for one in roles_in(["anywhere"]) if one["metadata"]["namespace"] == "anywhere")
RULES: list[Rule] = ROLE["rules"]
_GROUP = "rbac.authorization.k8s.io"
_NOT_INSTALLED = ["httproutes"]


@asynccontextmanager
async def namespaces(
    cluster: ControlPlane, *names: str, rules: Sequence[dict[str, Any]] = RULES
) -> AsyncIterator[None]:
    """What an administrator makes: each namespace, with the role for the deployer's account in it."""
    async with administrator(cluster) as admin:
        for name in names:
            made = {"apiVersion": f"{_GROUP}/v1", "metadata": {"name": "appstore-deployer", "namespace": name}}
            subject = {"kind": "User", "name": cluster.deployer.name, "apiGroup": _GROUP}
            reference = {"kind": "Role", "name": "appstore-deployer", "apiGroup": _GROUP}
            binding = {**made, "kind": "RoleBinding", "roleRef": reference, "subjects": [subject]}
            space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            await admin.request("POST", "/api/v1/namespaces", None, space)
            role = {**made, "kind": "Role", "rules": list(rules)}
            await admin.request("POST", f"{RBAC}/namespaces/{name}/roles", None, role)
            await admin.request("POST", f"{RBAC}/namespaces/{name}/rolebindings", None, binding)
        try:
            yield
        finally:
            for name in names:
                await admin.request("DELETE", f"/api/v1/namespaces/{name}")


async def test_a_role_in_one_namespace_is_enough(cluster: ControlPlane, tmp_path: Path) -> None:
    """Two are deployed, one gets healthy and one goes, by an account that may see nothing else in the cluster."""
    app, other = App(), App()
    reach = Reach((app.namespace, other.namespace), new_id())
    async with namespaces(cluster, *reach.namespaces), deployer_on(cluster, tmp_path, reach=reach) as stage:
        facts = await stage.cluster.facts()
        assert (facts.cluster, facts.nodes, facts.namespaces) == (reach.cluster, (), reach.namespaces)
        written = await stage.cluster.apply(app.deployment, app.objects(EVERYTHING))
        assert written == len(app.objects(EVERYTHING)) - 1, "all but the namespace, which is the administrator's"
        assert await stage.cluster.apply(app.deployment, app.objects(EVERYTHING)) == 0
        await stage.cluster.apply(other.deployment, other.objects(SMALL))
        theirs = await stage.cluster.objects_of(app.deployment)
        assert {one["metadata"]["namespace"] for one in theirs} == {app.namespace}
        await stage.healthy(other.deployment)
        await stage.gone(app.deployment, data=True)
        assert await stage.cluster.objects_of(other.deployment), "what is in another namespace stays"
        with pytest.raises(ApiRefused, match="cannot"):
            await stage.kubernetes.connection.request("GET", "/api/v1/nodes")


async def test_a_namespace_that_is_not_there_stands_in_the_way_of_its_own_alone(
    cluster: ControlPlane, tmp_path: Path
) -> None:
    """Others go on; its own say which right is lacking, and go on once the administrator made it."""
    app, late = App(), App()
    reach = Reach((app.namespace, late.namespace), new_id())
    async with namespaces(cluster, app.namespace), deployer_on(cluster, tmp_path, reach=reach) as stage:
        await stage.cluster.apply(app.deployment, app.objects(SMALL))
        with pytest.raises(NotNow, match=f'lacks a right.*"{late.namespace}"'):
            await stage.cluster.apply(late.deployment, late.objects(SMALL))
        with pytest.raises(NotNow, match="lacks a right"):
            await stage.cluster.delete(app.deployment)
        async with namespaces(cluster, late.namespace):

            async def applied() -> bool:
                try:
                    return bool(await stage.cluster.apply(late.deployment, late.objects(SMALL)))
                except NotNow:
                    return False

            await eventually(applied, bool, 60.0, "the watches find the new namespace")


@pytest.mark.parametrize("missing", [rule for rule in RULES if rule["resources"] != _NOT_INSTALLED], ids=str)
async def test_without_one_rule_something_fails(cluster: ControlPlane, tmp_path: Path, missing: Rule) -> None:
    """Take one rule of the role away: its namespace can't be read or written whole, and it is said so."""
    app, rest = App(), [rule for rule in RULES if rule is not missing]
    reach = Reach((app.namespace,), new_id())
    async with namespaces(cluster, app.namespace, rules=rest), deployer_on(cluster, tmp_path, reach=reach) as stage:
        with pytest.raises((NotNow, ApiRefused), match=r"cannot|lacks a right"):
            await whole_life(stage, app)


async def test_the_role_gives_what_the_one_over_the_cluster_gives_but_for_the_cluster() -> None:
    """The two manifests say the same of what is in a namespace; neither nodes nor namespaces are in this one."""

    def verbs(rules: Sequence[Rule]) -> dict[str, list[str]]:
        return {resource: rule["verbs"] for rule in rules for resource in rule["resources"]}

    wide = verbs(shipped_rules())
    assert verbs(RULES) == {name: given for name, given in wide.items() if name not in {"namespaces", "nodes"}}
