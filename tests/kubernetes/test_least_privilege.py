"""The role that we ship is enough and not too much: without any one of its rules something fails."""

import contextlib
from pathlib import Path
from typing import Any

import pytest

from chassis.errors import NotNow
from infra.kubernetes.control_plane import ControlPlane
from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.adapters.kubernetes.kinds import WATCHED, kind_of
from services.deployer.adapters.kubernetes.logs import NotThere, read_newest
from tests.e2e.eventually import eventually
from tests.fakes.cluster_conformance import App
from tests.kubernetes.deployer_stage import RealStage, deployer_on, role, shipped_rules
from tests.unit.deployer.specs import EVERYTHING

pytestmark = pytest.mark.asyncio(loop_scope="session")
RULES = shipped_rules()
_NOT_INSTALLED = ["httproutes"]
"""The Gateway API is an extension, and the tests' cluster has none."""


async def whole_life(stage: RealStage, app: App) -> None:
    """What the deployer does with one app, from its facts to its end."""
    await stage.cluster.facts()
    await stage.cluster.apply(app.deployment, app.objects(EVERYTHING))
    for path in paths_of(app):
        await stage.kubernetes.connection.request("GET", path)
    await stage.cluster.observe(app.deployment)
    await stage.cluster.happenings(app.deployment)
    with contextlib.suppress(NotThere):
        await read_newest(stage.kubernetes.connection, app.namespace, "no-such-pod", {})
    await stage.kubernetes.connection.request("GET", f"/api/v1/namespaces/{app.namespace}/events")
    await stage.cluster.delete(app.deployment)


def paths_of(app: App) -> list[str]:
    """Where the app's objects are: each may have to be read again after a conflict."""
    return [
        kind_of(one["apiVersion"], one["kind"], one["metadata"]["name"]).path(app.namespace, one["metadata"]["name"])
        for one in app.objects(EVERYTHING)
        if one["kind"] != "Namespace"
    ]


async def test_every_kind_that_is_written_has_exactly_the_verbs_it_needs() -> None:
    """The role names each watched kind once, with writing verbs only for those that the deployer writes."""
    verbs: dict[str, list[str]] = {}
    for rule in RULES:
        for resource in rule["resources"]:
            assert resource not in verbs
            verbs[resource] = rule["verbs"]
    for kind in WATCHED:
        wanted = ["get", "list", "watch", "create", "patch", "delete"] if kind.written else ["list", "watch"]
        assert verbs.pop(kind.plural) == [verb for verb in wanted if kind.namespaced or verb != "delete"]
    assert verbs == {"events": ["list"], "nodes": ["list"], "pods/log": ["get"]}


@pytest.mark.parametrize("missing", [rule for rule in RULES if rule["resources"] != _NOT_INSTALLED], ids=str)
async def test_without_one_rule_something_fails(cluster: ControlPlane, tmp_path: Path, missing: dict[str, Any]) -> None:
    """Take one rule away: the watches are never complete, or a step is refused."""
    app, rest = App(), [rule for rule in RULES if rule is not missing]
    async with role(cluster, rest):
        try:
            async with deployer_on(cluster, tmp_path, within=1.5) as stage:
                with pytest.raises((NotNow, ApiRefused), match=r"cannot|lacks a right"):
                    await whole_life(stage, app)
        except TimeoutError:
            return


async def test_with_all_rules_the_whole_life_works(cluster: ControlPlane, tmp_path: Path) -> None:
    """The same steps, with the role as it is shipped."""
    async with role(cluster, RULES), deployer_on(cluster, tmp_path) as stage:
        await whole_life(stage, App())


async def test_a_right_that_is_missing_is_not_the_apps_fault(cluster: ControlPlane, tmp_path: Path) -> None:
    """The write is tried again, and the reason names the right, until an operator gives it."""
    reading = {"verbs": ["get", "list", "watch"]}
    rest = [rule if rule["resources"] != ["deployments"] else {**rule, **reading} for rule in RULES]
    app = App()
    async with role(cluster, rest), deployer_on(cluster, tmp_path) as stage:

        async def told() -> str:
            try:
                await stage.cluster.apply(app.deployment, app.objects())
            except NotNow as reason:
                return str(reason)
            return ""

        said = await eventually(told, bool, 10.0, "it is told")
    assert "lacks a right" in said
    assert "deployments" in said
