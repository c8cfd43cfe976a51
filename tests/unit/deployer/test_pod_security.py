"""Every pod meets the Pod Security Standard `restricted` as of Kubernetes 1.37, checked rule by rule."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contracts.apps.spec import AppSpec
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.facts import DeploymentFacts
from tests.fakes.deployer_examples import DEPLOYMENT, an_environment
from tests.unit.deployer.connected import CONNECTED
from tests.unit.deployer.pod_security import breaches
from tests.unit.deployer.specs import EVERYTHING, SMALL, WITH_GPU

MAX_USER = 2**31 - 1


def pod_of(spec: AppSpec) -> dict[str, Any]:
    """The pod template's spec."""
    objects = build(DeploymentFacts(DEPLOYMENT, "a", "assistant", "1", 1, an_environment()), spec)
    found: dict[str, Any] = next(one for one in objects if one["kind"] == "Deployment")["spec"]["template"]["spec"]
    return found


@pytest.mark.parametrize("spec", [SMALL, EVERYTHING, WITH_GPU, CONNECTED])
def test_the_pod_breaks_no_rule(spec: AppSpec) -> None:
    """No description of ours leads to a pod that `restricted` refuses."""
    assert breaches(pod_of(spec)) == []


@given(user=st.integers(1, MAX_USER), persistent=st.booleans(), probe=st.sampled_from([None, "/", "/ready"]))
def test_no_description_can_break_a_rule(user: int, persistent: bool, probe: str | None) -> None:  # noqa: FBT001 - an example
    """Whatever a description may say, the pod stays within `restricted`."""
    described = EVERYTHING.model_dump(mode="json")
    described["containers"][0] |= {
        "user": user,
        "readiness": {"port": "http", "path": probe},
        "startup": {"command": ["true"]},
    }
    described["volumes"][0]["persistent"] = persistent
    assert breaches(pod_of(AppSpec.model_validate(described))) == []


GOLDEN = sorted((Path(__file__).parent / "golden").rglob("*.yaml"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_golden_pod_is_restricted(path: Path) -> None:
    """What was agreed on as a pod is one that `restricted` admits."""
    objects = [one for one in yaml.safe_load_all(path.read_text()) if one["kind"] == "Deployment"]
    assert [breaches(one["spec"]["template"]["spec"]) for one in objects] == [[]]


@pytest.mark.parametrize(
    ("rule", "pod", "container"),
    [
        ("hostNetwork", {"hostNetwork": True}, {}),
        ("hostPID", {"hostPID": True}, {}),
        ("hostPath", {"volumes": [{"name": "x", "hostPath": {"path": "/"}}]}, {}),
        ("sysctls", {"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}, {}),
        ("runAsNonRoot", {"securityContext": {"runAsNonRoot": False}}, {}),
        ("allowPrivilegeEscalation", {}, {"securityContext": {}}),
        ("drop", {}, {"securityContext": {"capabilities": {"drop": ["NET_RAW"]}}}),
        ("add", {}, {"securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}}),
        ("privileged", {}, {"securityContext": {"privileged": True}}),
        ("runAsUser", {}, {"securityContext": {"runAsUser": 0}}),
        ("procMount", {}, {"securityContext": {"procMount": "Unmasked"}}),
        ("seccompProfile", {}, {"securityContext": {"seccompProfile": {"type": "Unconfined"}}}),
        ("seccompProfile", {"securityContext": {}}, {"securityContext": {}}),
        ("appArmorProfile", {}, {"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}),
        ("seLinuxOptions", {}, {"securityContext": {"seLinuxOptions": {"user": "root"}}}),
        ("hostProcess", {}, {"securityContext": {"windowsOptions": {"hostProcess": True}}}),
        ("hostPort", {}, {"ports": [{"containerPort": 80, "hostPort": 80}]}),
        ("host", {}, {"livenessProbe": {"tcpSocket": {"host": "10.0.0.1", "port": 22}}}),
        ("host", {}, {"lifecycle": {"postStart": {"httpGet": {"host": "10.0.0.1", "port": 80}}}}),
    ],
)
def test_the_checks_see_a_breach(rule: str, pod: dict[str, Any], container: dict[str, Any]) -> None:
    """Each rule is one that a pod can break."""
    changed = pod_of(SMALL) | pod
    changed["containers"] = [changed["containers"][0] | container]
    assert rule in breaches(changed)


def test_pods_get_no_token() -> None:
    """Neither the account nor the pod mounts a token for the cluster's API."""
    objects = build(DeploymentFacts(DEPLOYMENT, "a", "assistant", "1", 1, an_environment()), SMALL)
    account = next(one for one in objects if one["kind"] == "ServiceAccount")
    assert account["automountServiceAccountToken"] is False
    assert pod_of(SMALL)["automountServiceAccountToken"] is False


def test_the_namespace_enforces_restricted() -> None:
    """The cluster itself refuses what would not be restricted."""
    objects = build(DeploymentFacts(DEPLOYMENT, "a", "assistant", "1", 1, an_environment()), SMALL)
    labels = next(one for one in objects if one["kind"] == "Namespace")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["pod-security.kubernetes.io/enforce-version"] == "v1.37"
