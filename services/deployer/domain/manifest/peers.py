"""The other ends of a deployment's connections, as a NetworkPolicy names them. `network.py` puts them in policies."""

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

from contracts.apps.connections import Destination
from contracts.apps.spec import AppSpec, Port

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label by which Kubernetes itself names every namespace."""
INSTANCE = "app.kubernetes.io/instance"
_MACHINES = tuple(ip_network(text) for text in ("169.254.0.0/16", "fe80::/10"))
"""Link-local addresses: there a cloud gives a machine's credentials to whoever asks."""


def tcp(numbers: Iterable[int]) -> list[dict[str, Any]]:
    """These TCP ports."""
    return [{"port": number, "protocol": "TCP"} for number in numbers]


def callers_let_in(spec: AppSpec, ports: Iterable[Port]) -> list[dict[str, Any]]:
    """For each declared caller of one of these ports: who, and which."""
    numbers: dict[str, list[int]] = {}
    for port in ports:
        numbers.setdefault(port.name, []).append(port.number)
    return [
        {"from": [_pods(caller.namespace, caller.deployment)], "ports": tcp(numbers[caller.port])}
        for caller in spec.callers
        if caller.port in numbers
    ]


def ways_out(spec: AppSpec) -> list[dict[str, Any]]:
    """The declared destinations, those of needs too, and the cluster's DNS when there is any."""
    destinations = [*spec.egress, *(need.at for need in spec.needs if need.at is not None)]
    rules = [{"to": [_place(one)], "ports": tcp(one.ports)} for one in destinations]
    return [_names(), *rules] if rules else []


def _names() -> dict[str, Any]:
    dns = {"namespaceSelector": _called("kube-system"), "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
    return {"to": [dns], "ports": [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]}


def _place(destination: Destination) -> dict[str, Any]:
    if destination.cidr is None:
        return _pods(destination.namespace, destination.deployment)
    network = ip_network(destination.cidr)
    inside = [str(one) for one in _MACHINES if one.network_address in network]
    return {"ipBlock": {"cidr": destination.cidr, **({"except": inside} if inside else {})}}


def _pods(namespace: str | None, deployment: str | None) -> dict[str, Any]:
    if namespace is not None:
        return {"namespaceSelector": _called(namespace)}
    return {"podSelector": {"matchLabels": {INSTANCE: deployment}}}


def _called(namespace: str) -> dict[str, Any]:
    return {"matchLabels": {NAMESPACE_NAME: namespace}}
