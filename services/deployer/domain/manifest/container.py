"""A container of the workload. It meets the Pod Security Standard `restricted`, whatever is described."""

from typing import Any

from contracts.apps.spec import AppSpec, Container, Port, Probe
from services.deployer.domain.manifest.environment import environment_of
from services.deployer.domain.manifest.facts import DeploymentFacts

GPU_RESOURCE = "nvidia.com/gpu"
PORT_NAME_LIMIT = 15
"""A container port's name is an IANA service name: at most 15 characters, no two hyphens in a row (RFC 6335)."""


def container_of(facts: DeploymentFacts, spec: AppSpec, container: Container) -> dict[str, Any]:
    """One container of the description, with what a team chose."""
    built: dict[str, Any] = {
        "name": container.name,
        "image": _image(container),
        # A crash loop's last lines then stand in the pod's status, where the doctor reads them.
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "imagePullPolicy": "IfNotPresent",
        "resources": _resources(container),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": True,
            "runAsUser": container.user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    if container.command:
        built["command"] = list(container.command)
    if container.args:
        built["args"] = list(container.args)
    variables = environment_of(facts, spec, container)
    if variables:
        built["env"] = variables
    if container.ports:
        built["ports"] = [
            {"name": _port_name(port), "containerPort": port.number, "protocol": "TCP"} for port in container.ports
        ]
    for kind in ("startup", "readiness", "liveness"):
        probe = getattr(container, kind)
        if probe is not None:
            built[f"{kind}Probe"] = _probe(container, probe)
    if container.mounts:
        built["volumeMounts"] = [{"name": mount.volume, "mountPath": mount.path} for mount in container.mounts]
    return built


def _resources(container: Container) -> dict[str, Any]:
    asked = container.resources
    requests = {"cpu": asked.cpu, "memory": asked.memory}
    limits = {"memory": asked.memory}
    if asked.gpu:
        requests[GPU_RESOURCE] = limits[GPU_RESOURCE] = str(asked.gpu)
    return {"requests": requests, "limits": limits}


def _image(container: Container) -> str:
    """Pinned by the digest when the catalog knows it: a tag can be moved to other content."""
    pinned = container.digest is None or "@" in container.image
    return container.image if pinned else f"{container.image}@{container.digest}"


def _probe(container: Container, probe: Probe) -> dict[str, Any]:
    return {
        **_question(container, probe),
        "periodSeconds": probe.period_seconds,
        "timeoutSeconds": probe.timeout_seconds,
        "failureThreshold": probe.failure_threshold,
    }


def _question(container: Container, probe: Probe) -> dict[str, Any]:
    if probe.command:
        return {"exec": {"command": list(probe.command)}}
    ports = {port.name: _port_name(port) for port in container.ports}
    port = ports.get(probe.port or "", probe.port)
    return {"tcpSocket": {"port": port}} if probe.path is None else {"httpGet": {"path": probe.path, "port": port}}


def _port_name(port: Port) -> str:
    return port.name if len(port.name) <= PORT_NAME_LIMIT and "--" not in port.name else f"p{port.number}"
