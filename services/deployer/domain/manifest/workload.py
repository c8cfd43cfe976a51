"""The Deployment. Its pods meet the Pod Security Standard `restricted` of Kubernetes 1.37, whatever is described."""

from typing import Any

from contracts.apps.spec import AppSpec, Container, Port, Probe
from services.deployer.domain.manifest.environment import annotations_of, environment_of
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.labels import pod_labels, revision_metadata, selector
from services.deployer.domain.manifest.storage import pod_volumes

GPU_RESOURCE = "nvidia.com/gpu"
PROGRESS_DEADLINE_SECONDS = 600
"""Kubernetes' own default; the reconciler's deadline is the same by default (settings)."""
PORT_NAME_LIMIT = 15
"""A container port's name is an IANA service name: at most 15 characters, no two hyphens in a row (RFC 6335)."""
OLD_REPLICA_SETS = 3
UNASKED_READY_SECONDS = 5
"""Without a readiness probe, running for this long is all the evidence there is."""


def workload(facts: DeploymentFacts, spec: AppSpec) -> dict[str, Any]:
    """One Deployment with the containers of the description."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": revision_metadata(facts, facts.name),
        "spec": {
            "replicas": spec.replicas if facts.replicas is None else facts.replicas,
            "minReadySeconds": _min_ready_seconds(spec),
            "progressDeadlineSeconds": PROGRESS_DEADLINE_SECONDS,
            "revisionHistoryLimit": OLD_REPLICA_SETS,
            "strategy": _strategy(spec),
            "selector": {"matchLabels": selector(facts)},
            "template": {"metadata": _pod_metadata(facts), "spec": _pod(facts, spec)},
        },
    }


def _pod_metadata(facts: DeploymentFacts) -> dict[str, Any]:
    annotations = annotations_of(facts)
    labels = {"labels": pod_labels(facts)}
    return {**labels, "annotations": annotations} if annotations else labels


def _min_ready_seconds(spec: AppSpec) -> int:
    return 0 if all(container.readiness for container in spec.containers) else UNASKED_READY_SECONDS


def _strategy(spec: AppSpec) -> dict[str, Any]:
    """A claim of `ReadWriteOnce` cannot be held by the old and the new pod at once on two nodes: replace then."""
    if any(volume.persistent for volume in spec.volumes):
        return {"type": "Recreate"}
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def _pod(facts: DeploymentFacts, spec: AppSpec) -> dict[str, Any]:
    pod: dict[str, Any] = {
        "serviceAccountName": facts.name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "fsGroup": spec.containers[0].user,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(facts, spec, container) for container in spec.containers],
    }
    if spec.volumes:
        pod["volumes"] = pod_volumes(facts, spec)
    return pod


def _container(facts: DeploymentFacts, spec: AppSpec, container: Container) -> dict[str, Any]:
    built: dict[str, Any] = {
        "name": container.name,
        "image": container.image,
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
    if container.args:
        built["args"] = list(container.args)
    variables = environment_of(facts, spec, container)
    if variables:
        built["env"] = variables
    if container.ports:
        built["ports"] = [
            {"name": _port_name(port), "containerPort": port.number, "protocol": "TCP"} for port in container.ports
        ]
    if container.readiness is not None:
        built["readinessProbe"] = _probe(container, container.readiness)
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


def _probe(container: Container, probe: Probe) -> dict[str, Any]:
    ports = {port.name: _port_name(port) for port in container.ports}
    port = ports.get(probe.port, probe.port)
    action = {"tcpSocket": {"port": port}} if probe.path is None else {"httpGet": {"path": probe.path, "port": port}}
    return {**action, "periodSeconds": probe.period_seconds, "timeoutSeconds": 1, "failureThreshold": 3}


def _port_name(port: Port) -> str:
    return port.name if len(port.name) <= PORT_NAME_LIMIT and "--" not in port.name else f"p{port.number}"
