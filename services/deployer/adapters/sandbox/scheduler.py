"""Which node a pod gets: the first in the file's order that has room. Pods go by creation, then by name.

A pod that has a node keeps it, as in Kubernetes. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from services.deployer.adapters.sandbox.amounts import RESOURCES, Amounts, text_of, total
from services.deployer.adapters.sandbox.claims import BOUND, Place
from services.deployer.adapters.sandbox.cluster_file import Node
from services.deployer.adapters.sandbox.pod import SandboxPod
from services.deployer.adapters.sandbox.quantities import kibibytes, millicores
from services.deployer.domain.observed import Claim, Shortage


def order(pod: SandboxPod) -> tuple[datetime, str, str]:
    """Who goes first."""
    return pod.created, pod.namespace, pod.name


def allocatable(node: Node) -> Amounts:
    """What a node can give."""
    return Amounts(millicores(node.cpu), kibibytes(node.memory), node.gpus)


def free_on(nodes: Sequence[Node], pods: Iterable[SandboxPod]) -> dict[str, Amounts]:
    """What each node has left, in the file's order."""
    placed = list(pods)
    return {
        node.name: allocatable(node) - total(pod.asked for pod in placed if pod.node == node.name) for node in nodes
    }


def schedule(pods: Iterable[SandboxPod], nodes: Sequence[Node], now: datetime) -> tuple[SandboxPod, ...]:
    """Every pod, those that got a node just now bound at `now`."""
    ordered = sorted(pods, key=order)
    free = free_on(nodes, ordered)
    done = []
    for pod in ordered:
        fitting = None if pod.node is not None else _first_fit(free, pod.asked)
        if fitting is None:
            done.append(pod)
        else:
            free[fitting] -= pod.asked
            done.append(pod.bound(fitting, now))
    return tuple(done)


def may_be_placed(pod: SandboxPod, claims: Mapping[Place, Claim]) -> bool:
    """Whether all its claims are bound; one that nobody wrote is not."""
    found = (claims.get((pod.namespace, name)) for name in pod.claims)
    return all(claim is not None and claim.phase == BOUND for claim in found)


def shortage(asked: Amounts, free: dict[str, Amounts]) -> Shortage:
    """What keeps a pod from every node: a resource no node has enough of, else the one that is lacking most often."""
    most = {resource: max((amounts.of(resource) for amounts in free.values()), default=0) for resource in RESOURCES}
    lacking = [resource for resource in RESOURCES if asked.of(resource) > most[resource]]
    if not lacking:
        counts = _lacking_nodes(asked, free)
        lacking = sorted(RESOURCES, key=lambda resource: -counts[resource])
    resource = lacking[0]
    wanted, free_most = asked.of(resource), most[resource]
    asked_text, free_text, missing = (text_of(resource, one) for one in (wanted, free_most, wanted - free_most))
    return Shortage(resource, asked_text, free_text, missing)


def fits_when_empty(asked: Amounts, nodes: Iterable[Node]) -> bool:
    """Whether some node could take this if nothing else ran on it."""
    return any(not allocatable(node).lacking(asked) for node in nodes)


def message(asked: Amounts, free: dict[str, Amounts]) -> str:
    """The scheduler's sentence, as Kubernetes words it."""
    counts = _lacking_nodes(asked, free)
    parts = ", ".join(f"{count} Insufficient {resource}" for resource, count in sorted(counts.items()) if count)
    return f"0/{len(free)} nodes are available: {parts}."


def _lacking_nodes(asked: Amounts, free: dict[str, Amounts]) -> dict[str, int]:
    return {resource: sum(resource in amounts.lacking(asked) for amounts in free.values()) for resource in RESOURCES}


def _first_fit(free: dict[str, Amounts], asked: Amounts) -> str | None:
    return next((name for name, amounts in free.items() if not amounts.lacking(asked)), None)
