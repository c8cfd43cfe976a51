"""The Pod Security Standard `restricted` of Kubernetes 1.37, rule by rule: what an admission plugin would refuse.

The rules of https://kubernetes.io/docs/concepts/security/pod-security-standards/, with those of `baseline` that it
includes. Pure, and without the code that builds pods.
"""

from collections.abc import Iterator, Mapping
from typing import Any

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
SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
}
SELINUX_TYPES = {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
PROFILES = {"RuntimeDefault", "Localhost"}
CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def breaches(pod: Mapping[str, Any]) -> list[str]:
    """The rules that a pod's spec breaks, each once."""
    security = pod.get("securityContext", {})
    found = [*_of_pod(pod, security)]
    for kind in CONTAINERS:
        for container in pod.get(kind, ()):
            found += _of_container(container, container.get("securityContext", {}), security)
    return list(dict.fromkeys(found))


def _of_pod(pod: Mapping[str, Any], security: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for name in ("hostNetwork", "hostPID", "hostIPC") if pod.get(name))
    yield from (key for volume in pod.get("volumes", ()) for key in volume if key != "name" and key not in VOLUMES)
    yield from ("sysctls" for one in security.get("sysctls", ()) if one["name"] not in SYSCTLS)
    yield from _of_both(security)


def _of_both(security: Mapping[str, Any]) -> Iterator[str]:
    """What may be wrong in the pod's security context as well as in a container's."""
    if security.get("windowsOptions", {}).get("hostProcess"):
        yield "hostProcess"
    if security.get("runAsUser") == 0:
        yield "runAsUser"
    if security.get("runAsNonRoot") is False:
        yield "runAsNonRoot"
    if security.get("seccompProfile", {}).get("type", "RuntimeDefault") not in PROFILES:
        yield "seccompProfile"
    if security.get("appArmorProfile", {}).get("type", "RuntimeDefault") not in PROFILES:
        yield "appArmorProfile"
    linux = security.get("seLinuxOptions", {})
    if linux.get("type", "") not in SELINUX_TYPES or linux.get("user") or linux.get("role"):
        yield "seLinuxOptions"


def _of_container(container: Mapping[str, Any], own: Mapping[str, Any], pods: Mapping[str, Any]) -> Iterator[str]:
    yield from _of_both(own)
    capabilities = own.get("capabilities", {})
    met = {
        "allowPrivilegeEscalation": own.get("allowPrivilegeEscalation") is False,
        "privileged": not own.get("privileged"),
        "procMount": own.get("procMount", "Default") == "Default",
        "runAsNonRoot": own.get("runAsNonRoot", pods.get("runAsNonRoot")) is True,
        "seccompProfile": "seccompProfile" in own or "seccompProfile" in pods,
        "drop": "ALL" in capabilities.get("drop", ()),
        "add": set(capabilities.get("add", ())) <= {"NET_BIND_SERVICE"},
        "hostPort": not any(port.get("hostPort") for port in container.get("ports", ())),
        "host": not any(_asks_a_host(question) for question in _questions(container)),
    }
    yield from (name for name, is_met in met.items() if not is_met)


def _questions(container: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (container[name] for name in PROBES if name in container)
    yield from container.get("lifecycle", {}).values()


def _asks_a_host(question: Mapping[str, Any]) -> bool:
    return any(question.get(kind, {}).get("host") for kind in ("httpGet", "tcpSocket"))
