"""Every pod meets the Pod Security Standard `restricted` as of Kubernetes 1.37, checked rule by rule."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.apps.spec import AppSpec
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.facts import DeploymentFacts
from tests.fakes.deployer_examples import DEPLOYMENT, an_environment
from tests.unit.deployer.specs import EVERYTHING, SMALL, WITH_GPU

VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
MAX_USER = 2**31 - 1


def pod_of(spec: AppSpec) -> dict[str, Any]:
    """The pod template's spec."""
    objects = build(DeploymentFacts(DEPLOYMENT, "a", "assistant", "1", 1, an_environment()), spec)
    found: dict[str, Any] = next(one for one in objects if one["kind"] == "Deployment")["spec"]["template"]["spec"]
    return found


def breaches(pod: dict[str, Any]) -> list[str]:
    """The rules of `restricted` that a pod breaks."""
    found = [name for name in ("hostNetwork", "hostPID", "hostIPC") if pod.get(name)]
    found += [key for volume in pod.get("volumes", ()) for key in volume if key != "name" and key not in VOLUMES]
    for container in [*pod["containers"], *pod.get("initContainers", ()), *pod.get("ephemeralContainers", ())]:
        security = container.get("securityContext", {})
        wanted = {
            "allowPrivilegeEscalation": security.get("allowPrivilegeEscalation") is False,
            "privileged": not security.get("privileged"),
            "runAsNonRoot": security.get("runAsNonRoot") or pod["securityContext"].get("runAsNonRoot"),
            "runAsUser": security.get("runAsUser") != 0 and pod["securityContext"].get("runAsUser") != 0,
            "drop": "ALL" in security.get("capabilities", {}).get("drop", ()),
            "add": set(security.get("capabilities", {}).get("add", ())) <= {"NET_BIND_SERVICE"},
            "seccomp": (security.get("seccompProfile") or pod["securityContext"].get("seccompProfile", {})).get("type")
            in {"RuntimeDefault", "Localhost"},
            "hostPort": not any(port.get("hostPort") for port in container.get("ports", ())),
            "probeHost": "host" not in container.get("readinessProbe", {}).get("httpGet", {}),
        }
        found += [name for name, met in wanted.items() if not met]
    return found


@pytest.mark.parametrize("spec", [SMALL, EVERYTHING, WITH_GPU])
def test_the_pod_breaks_no_rule(spec: AppSpec) -> None:
    """No description of ours leads to a pod that `restricted` refuses."""
    assert breaches(pod_of(spec)) == []


@given(user=st.integers(1, MAX_USER), persistent=st.booleans(), probe=st.sampled_from([None, "/", "/ready"]))
def test_no_description_can_break_a_rule(user: int, persistent: bool, probe: str | None) -> None:  # noqa: FBT001 - an example
    """Whatever a description may say, the pod stays within `restricted`."""
    described = EVERYTHING.model_dump(mode="json")
    described["containers"][0] |= {"user": user, "readiness": {"port": "http", "path": probe}}
    described["volumes"][0]["persistent"] = persistent
    assert breaches(pod_of(AppSpec.model_validate(described))) == []


def test_the_checks_see_a_breach() -> None:
    """The checks above do find what is wrong."""
    pod = pod_of(SMALL)
    pod["hostNetwork"] = True
    pod["containers"][0]["securityContext"] = {"runAsUser": 0}
    assert {"hostNetwork", "allowPrivilegeEscalation", "drop", "runAsUser"} <= set(breaches(pod))


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
