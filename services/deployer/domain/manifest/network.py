"""Who may talk to the pods: nobody, plus exactly the ports the description calls public."""

from collections import Counter
from typing import Any

from contracts.apps.spec import AppSpec, Port
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.labels import derived_name, metadata, selector


def public_ports(spec: AppSpec) -> tuple[Port, ...]:
    """The ports people reach the app through, each number once, in the order of the description."""
    ports = {port.number: port for container in spec.containers for port in container.ports if port.public}
    return tuple(ports.values())


def network_policies(facts: DeploymentFacts, spec: AppSpec) -> tuple[dict[str, Any], ...]:
    """Deny everything in and out; then let in what is public, from inside the cluster (the ingress lives there)."""
    policies = [_policy(facts, "deny", {"policyTypes": ["Ingress", "Egress"]})]
    ports = public_ports(spec)
    if ports:
        ingress = [
            {
                "from": [{"namespaceSelector": {}}],
                "ports": [{"port": port.number, "protocol": "TCP"} for port in ports],
            }
        ]
        policies.append(_policy(facts, "public", {"policyTypes": ["Ingress"], "ingress": ingress}))
    return tuple(policies)


def service(facts: DeploymentFacts, spec: AppSpec) -> tuple[dict[str, Any], ...]:
    """The Service in front of the public ports; none when nothing is public."""
    ports = public_ports(spec)
    if not ports:
        return ()
    names = Counter(port.name for port in ports)
    return (
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata(facts, facts.name),
            "spec": {
                "type": "ClusterIP",
                "selector": selector(facts),
                "ports": [
                    {
                        "name": port.name if names[port.name] == 1 else f"p{port.number}",
                        "port": port.number,
                        "targetPort": port.number,
                        "protocol": "TCP",
                    }
                    for port in ports
                ],
            },
        },
    )


def address(facts: DeploymentFacts, spec: AppSpec) -> str | None:
    """Where the app answers inside the cluster, by the Service's DNS name; None when nothing is public."""
    ports = public_ports(spec)
    return f"http://{facts.name}.{facts.environment.namespace}.svc:{ports[0].number}" if ports else None


def _policy(facts: DeploymentFacts, suffix: str, rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(facts, derived_name(facts.name, suffix)),
        "spec": {"podSelector": {"matchLabels": selector(facts)}, **rules},
    }
