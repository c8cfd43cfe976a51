"""Who may talk to the pods and whom they may talk to: nobody, plus exactly what the description declares."""

from collections import Counter
from typing import Any

from contracts.apps.spec import AppSpec, Port
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.labels import derived_name, metadata, selector
from services.deployer.domain.manifest.peers import callers_let_in, tcp, ways_out


def public_ports(spec: AppSpec) -> tuple[Port, ...]:
    """The ports people reach the app through, each number once, in the order of the description."""
    ports = {port.number: port for container in spec.containers for port in container.ports if port.public}
    return tuple(ports.values())


def called_ports(spec: AppSpec) -> tuple[Port, ...]:
    """The ports that only named callers may open."""
    names = {caller.port for caller in spec.callers}
    public = {port.number for port in public_ports(spec)}
    ports = {port.number: port for container in spec.containers for port in container.ports if port.name in names}
    return tuple(port for number, port in ports.items() if number not in public)


def network_policies(facts: DeploymentFacts, spec: AppSpec) -> tuple[dict[str, Any], ...]:
    """Deny everything in and out; then exactly what is declared, and DNS beside whatever may go out."""
    policies = [_policy(facts, "deny", {"policyTypes": ["Ingress", "Egress"]})]
    if ports := public_ports(spec):
        # From inside the cluster: whatever lets people in from outside runs there.
        everybody = {"from": [{"namespaceSelector": {}}], "ports": tcp(port.number for port in ports)}
        policies.append(_policy(facts, "public", {"policyTypes": ["Ingress"], "ingress": [everybody]}))
    if callers := callers_let_in(spec, called_ports(spec)):
        policies.append(_policy(facts, "callers", {"policyTypes": ["Ingress"], "ingress": callers}))
    if destinations := ways_out(spec):
        policies.append(_policy(facts, "egress", {"policyTypes": ["Egress"], "egress": destinations}))
    return tuple(policies)


def service(facts: DeploymentFacts, spec: AppSpec) -> tuple[dict[str, Any], ...]:
    """The Service in front of the ports that somebody may open; none when nobody may."""
    ports = (*public_ports(spec), *called_ports(spec))
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
                        "name": _service_port(port, names),
                        "port": port.number,
                        "targetPort": port.number,
                        "protocol": "TCP",
                    }
                    for port in ports
                ],
            },
        },
    )


def _policy(facts: DeploymentFacts, suffix: str, rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(facts, derived_name(facts.name, suffix)),
        "spec": {"podSelector": {"matchLabels": selector(facts)}, **rules},
    }


def _service_port(port: Port, names: Counter[str]) -> str:
    return port.name if names[port.name] == 1 else f"p{port.number}"
