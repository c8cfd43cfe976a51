"""What is said of a cluster before the stack starts on it, by a real API server."""

import json
from pathlib import Path

import pytest

from infra.kubernetes.check import ClusterUnfitError, check
from infra.kubernetes.control_plane import ControlPlane
from infra.kubernetes.in_the_stack import OFFERS
from infra.local.ports import free_port
from tests.kubernetes.deployer_stage import role, shipped_rules

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(autouse=True)
def _as_the_deployer(cluster: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    """The restricted account's kubeconfig is the one that counts."""
    monkeypatch.setenv("APPSTORE_KUBECONFIG", str(cluster.deployer.kubeconfig))
    monkeypatch.setenv("APPSTORE_OFFERS_FILE", str(OFFERS))


async def test_the_shipped_role_is_enough(cluster: ControlPlane) -> None:
    """Id, version, account and environments are told; nothing is missing."""
    async with role(cluster, shipped_rules()):
        fit = await check()
    assert (fit.account, fit.nodes, fit.environments) == (
        cluster.deployer.name,
        4,
        ("development", "test", "acceptance", "production"),
    )


async def test_a_missing_rule_is_named(cluster: ControlPlane) -> None:
    """The verbs and the resource, and nothing of what the account may do; and how to give it."""
    less = [rule for rule in shipped_rules() if "deployments" not in rule["resources"]]
    async with role(cluster, less):
        with pytest.raises(ClusterUnfitError) as told:
            await check()
    account, lacking, remedy = str(told.value).splitlines()
    assert cluster.deployer.name in account
    assert lacking == "  get, list, watch, create, patch, delete: deployments.apps"
    assert "kubectl apply -f infra/kubernetes/rbac.yaml" in remedy


@pytest.mark.parametrize(
    ("wrong", "why"),
    [("token", "does not know the deployer's credential"), ("server", "does not answer")],
)
async def test_what_keeps_it_from_being_asked_is_told(
    wrong: str, why: str, cluster: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that is not known, an address where nobody listens; never the token itself."""
    config = json.loads(cluster.deployer.kubeconfig.read_text(encoding="utf-8"))
    if wrong == "token":
        config["users"][0]["user"]["token"] = "expired-token"
    else:
        config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{free_port()}"
    file = tmp_path / "config"
    file.write_text(json.dumps(config), encoding="utf-8")
    monkeypatch.setenv("APPSTORE_KUBECONFIG", str(file))
    with pytest.raises(ClusterUnfitError, match=why) as told:
        await check()
    assert config["clusters"][0]["cluster"]["server"] in str(told.value)
    assert config["users"][0]["user"]["token"] not in str(told.value)
