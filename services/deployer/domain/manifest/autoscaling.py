"""How many pods there are: a number, or what the load asks for; and how many may be away when a node is emptied.

A number that a team asks for goes before the description: then nothing scales by itself. Paused goes before both: no
pods, and no autoscaler that would bring some.
"""

from typing import Any

from contracts.apps.spec import AppSpec
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.labels import metadata, selector


def fixed_replicas(facts: DeploymentFacts, spec: AppSpec) -> dict[str, int]:
    """The Deployment's `replicas`; nothing when the autoscaler owns that field, or each apply would undo its work."""
    if facts.paused:
        return {"replicas": 0}
    if facts.replicas is not None:
        return {"replicas": facts.replicas}
    return {} if spec.autoscaling is not None else {"replicas": spec.replicas}


def autoscaler(facts: DeploymentFacts, spec: AppSpec) -> tuple[dict[str, Any], ...]:
    """The HorizontalPodAutoscaler, where the number of pods follows the load."""
    scaling = spec.autoscaling
    if scaling is None or facts.replicas is not None or facts.paused:
        return ()
    target = {"type": "Utilization", "averageUtilization": scaling.target_cpu_percent}
    return (
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": metadata(facts, facts.name),
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": facts.name},
                "minReplicas": scaling.minimum,
                "maxReplicas": scaling.maximum,
                "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
            },
        },
    )


def disruption_budget(facts: DeploymentFacts, spec: AppSpec) -> tuple[dict[str, Any], ...]:
    """At most one pod is away at once. With a single pod it would only be in the way of whoever empties a node."""
    if _most_replicas(facts, spec) <= 1:
        return ()
    return (
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": metadata(facts, facts.name),
            "spec": {
                "maxUnavailable": 1,
                "selector": {"matchLabels": selector(facts)},
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
            },
        },
    )


def _most_replicas(facts: DeploymentFacts, spec: AppSpec) -> int:
    if facts.replicas is not None:
        return facts.replicas
    return spec.replicas if spec.autoscaling is None else spec.autoscaling.maximum
