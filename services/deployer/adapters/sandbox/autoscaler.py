"""How many pods a Deployment has while an autoscaler decides it: the least it allows, since load is not simulated."""

from collections.abc import Iterable
from typing import Any

from services.deployer.ports import Object


def scaled_workload(objects: Iterable[Object]) -> Object | None:
    """The Deployment among these objects, with the number of pods that its autoscaler, or else Kubernetes, gives it."""
    found = list(objects)
    workload = next((one for one in found if one["kind"] == "Deployment"), None)
    if workload is None or "replicas" in workload["spec"]:
        return workload
    scaler: dict[str, Any] = next((one["spec"] for one in found if one["kind"] == "HorizontalPodAutoscaler"), {})
    return {**workload, "spec": {**workload["spec"], "replicas": scaler.get("minReplicas", 1)}}
