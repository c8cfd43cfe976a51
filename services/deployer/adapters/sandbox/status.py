"""What the sandbox shows of one deployment: a pure function of the stored objects, the cluster's file and the time.

So a restart changes nothing and no simulation runs: whoever looks, at whatever moment, sees the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.deployer.adapters.sandbox.cluster_file import ClusterFile
from services.deployer.adapters.sandbox.container_life import Life, life_of, missing_image
from services.deployer.adapters.sandbox.pod import SandboxPod
from services.deployer.adapters.sandbox.pulls import Missing, Place, Pull, pulls_on
from services.deployer.adapters.sandbox.quota import Excess
from services.deployer.adapters.sandbox.replica_set import Pods
from services.deployer.adapters.sandbox.scheduler import fits_when_empty, free_on, message, order, shortage
from services.deployer.domain.observed import Happening, Observation, Pod, QuotaRefusal, Reason

Pulls = Mapping[Place, Pull | Missing]
Present = Mapping[str, AbstractSet[str]]
"""The images that were on a node before the pods that are there now, by node."""


Shown = tuple[Pod, Sequence[Happening], Sequence[datetime]]
"""A pod as it shows itself, what happened to it until now, and when it changes next."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything the status follows from, besides the time."""

    cluster: ClusterFile
    pods: tuple[SandboxPod, ...]
    present: Present
    file: str
    """What the cluster's file is called, for whoever has to add an image to it."""

    def pulls(self) -> Pulls:
        """Every pull on every node."""
        found: dict[Place, Pull | Missing] = {}
        for node in self.cluster.nodes:
            there = [pod for pod in self.pods if pod.node == node.name]
            present = self.present.get(node.name, frozenset())
            found |= pulls_on(there, node.bandwidth_mebibytes_per_second, self.cluster.registry, present)
        return found


def observe(scene: Scene, workload: Mapping[str, Any], pods: Pods, now: datetime) -> Observation:
    """One Deployment object at this moment: the pods of its newest template, and how many older ones there still are.

    When the controllers have something to do at once, the next change is now.
    """
    shown = _shown(scene, workload, pods.kept, now)
    changes = [moment for one in shown for moment in one[2]]
    if not pods.settled:
        changes.append(now)
    return Observation(
        wanted=workload["spec"]["replicas"],
        pods=tuple(one[0] for one in shown),
        outdated=len(pods.outdated),
        happened=tuple(happening for one in shown for happening in one[1]),
        refusal=_refusal(workload, pods.refused),
        next_change_at=min(changes, default=None),
    )


def available(scene: Scene, workload: Mapping[str, Any], own: Iterable[SandboxPod], now: datetime) -> frozenset[str]:
    """The names of the pods that are ready for as long as their Deployment asks."""
    return frozenset(pod.name for pod, _, _ in _shown(scene, workload, own, now) if pod.available)


def _shown(scene: Scene, workload: Mapping[str, Any], own: Iterable[SandboxPod], now: datetime) -> list[Shown]:
    patience = timedelta(seconds=workload["spec"].get("minReadySeconds", 0))
    pulls = scene.pulls()
    return [
        _pending(scene, pod) if pod.node is None else _placed(scene, pod, pulls, patience, now)
        for pod in sorted(own, key=order)
    ]


def arrived_images(scene: Scene, pods: Iterable[SandboxPod], now: datetime) -> dict[str, set[str]]:
    """The images that these pods have on their nodes by now, by node: they stay when the pods go."""
    pulls = scene.pulls()
    found: dict[str, set[str]] = {}
    for pod in pods:
        for container in pod.containers:
            pull = pulls.get((pod.namespace, pod.name, container.name))
            if pod.node is not None and isinstance(pull, Pull) and pull.end <= now:
                found.setdefault(pod.node, set()).add(container.image)
    return found


def _pending(scene: Scene, pod: SandboxPod) -> Shown:
    free = free_on(scene.cluster.nodes, scene.pods)
    too_large = not fits_when_empty(pod.asked, scene.cluster.nodes)
    lacking = replace(shortage(pod.asked, free), too_large=too_large)
    told = Happening(
        pod.created,
        pod.name,
        Reason.FAILED_SCHEDULING,
        {
            "resource": lacking.resource,
            "asked": lacking.asked,
            "free": lacking.free,
        },
    )
    shown = Pod(pod.name, pod.created, None, (), shortage=lacking, message=message(pod.asked, free))
    return shown, (told,), ()


def _placed(scene: Scene, pod: SandboxPod, pulls: Pulls, patience: timedelta, now: datetime) -> Shown:
    bound_at = pod.bound_at or pod.created
    lives = [_life(scene, pod, index, pulls, now) for index in range(len(pod.containers))]
    told = [Happening(bound_at, pod.name, Reason.SCHEDULED, {"node": pod.node or ""})]
    told += [happening for life in lives for happening in life.happened]
    started = [life.started_at for life in lives if life.started_at is not None]
    if len(started) == len(lives):
        told.append(Happening(max(started), pod.name, Reason.STARTED, {}))
    changes = [moment for life in lives for moment in life.changes]
    ready = [life.ready_at for life in lives if life.ready_at is not None and life.status.waiting is None]
    available = False
    if len(ready) == len(lives):
        available_at = max(ready) + patience
        available = available_at <= now
        if available:
            told.append(Happening(available_at, pod.name, Reason.READY, {}))
        else:
            changes.append(available_at)
    statuses = tuple(life.status for life in lives)
    return Pod(pod.name, pod.created, pod.node, statuses, available), told, changes


def _life(scene: Scene, pod: SandboxPod, index: int, pulls: Pulls, now: datetime) -> Life:
    container = pod.containers[index]
    pull = pulls[(pod.namespace, pod.name, container.name)]
    if isinstance(pull, Missing):
        return missing_image(container, pull, scene.cluster.back_off, _how_to_add(container.image, scene.file), now)
    return life_of(container, scene.cluster.registry[container.image], pull, scene.cluster.back_off, pod.name, now)


def _how_to_add(image: str, file: str) -> str:
    """The line that makes the registry know an image, and where it goes."""
    return f"{file}: images: [{{image: {image}, sizeMebibytes: 500, startSeconds: 1}}]"


def _refusal(workload: Mapping[str, Any], refused: tuple[str, Excess] | None) -> QuotaRefusal | None:
    if refused is None:
        return None
    pod, excess = refused
    since = datetime.fromisoformat(workload["metadata"]["managedFields"][0]["time"])
    return QuotaRefusal(excess.resource, excess.asked, excess.used, excess.limit, excess.message(pod), since)
