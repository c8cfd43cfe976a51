"""What the sandbox shows of one deployment: a pure function of the stored objects, the cluster's file and the time.

So a restart changes nothing and no simulation runs: whoever looks, at whatever moment, sees the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services.deployer.adapters.sandbox.amounts import RESOURCES, text_of
from services.deployer.adapters.sandbox.claims import BOUND
from services.deployer.adapters.sandbox.claims import Place as ClaimPlace
from services.deployer.adapters.sandbox.cluster_file import ClusterFile
from services.deployer.adapters.sandbox.container_life import Life, life_of, missing_image, not_made
from services.deployer.adapters.sandbox.pod import SandboxPod
from services.deployer.adapters.sandbox.pulls import Missing, Place, Pull, pulls_on
from services.deployer.adapters.sandbox.quota import Excess
from services.deployer.adapters.sandbox.replica_set import Pods
from services.deployer.adapters.sandbox.scheduler import (
    fits_when_empty,
    free_on,
    may_be_placed,
    message,
    order,
    shortage,
)
from services.deployer.adapters.sandbox.surroundings import Surroundings
from services.deployer.domain.health import UNKNOWN
from services.deployer.domain.kubernetes_words import UNBOUND
from services.deployer.domain.observed import Claim, Happening, NotCreated, Observation, Pod, Reason

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
    claims: Mapping[ClaimPlace, Claim] | None = None
    """Every claim; None while the file says nothing of storage, and each is bound."""
    around: Surroundings = field(default_factory=Surroundings)
    """Of the deployment that is looked at."""

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
        not_created=_not_created(workload, pods.refused),
        claims=_claims(scene, pods.kept),
        egress=scene.around.egress,
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
    if scene.claims is not None and not may_be_placed(pod, scene.claims):
        return _without_storage(scene, pod)
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
    asked = {resource: text_of(resource, pod.asked.of(resource)) for resource in RESOURCES}
    sentence = message(pod.asked, free)
    return Pod(pod.name, pod.created, None, (), unscheduled=sentence, shortage=lacking, asked=asked), (told,), ()


def _without_storage(scene: Scene, pod: SandboxPod) -> Shown:
    """A pod whose claims are not bound: the scheduler does not even look for room."""
    waiting = next((one for one in _claims(scene, (pod,)) if one.phase != BOUND), None)
    told = {"resource": "storage", "asked": waiting.size if waiting else UNKNOWN, "free": UNKNOWN}
    happening = Happening(pod.created, pod.name, Reason.FAILED_SCHEDULING, told)
    sentence = f"0/{len(scene.cluster.nodes)} nodes are available: pod has {UNBOUND}."
    return Pod(pod.name, pod.created, None, (), unscheduled=sentence), (happening,), ()


def _claims(scene: Scene, pods: Iterable[SandboxPod]) -> tuple[Claim, ...]:
    """The claims of these pods, each once."""
    places = dict.fromkeys((pod.namespace, name) for pod in pods for name in pod.claims)
    return tuple(scene.claims[place] for place in places if place in scene.claims) if scene.claims is not None else ()


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
        known = container.image in scene.cluster.registry
        how_to_add = "" if known else _how_to_add(container.image, scene.file)
        return missing_image(container, pull, scene.cluster.back_off, how_to_add, now)
    image = scene.around.as_it_runs(scene.cluster.registry[container.image])
    missing = scene.around.missing(container, pod.namespace)
    if missing is not None:
        return not_made(container, image, pull, missing, pod.name, now)
    return life_of(container, image, pull, scene.cluster.back_off, pod.name, now)


def _how_to_add(image: str, file: str) -> str:
    """The line that makes the registry know an image, and where it goes."""
    return f"{file}: images: [{{image: {image}, sizeMebibytes: 500, startSeconds: 1}}]"


def _not_created(workload: Mapping[str, Any], refused: tuple[str, Excess] | None) -> NotCreated | None:
    if refused is None:
        return None
    pod, excess = refused
    return NotCreated(excess.message(pod), datetime.fromisoformat(workload["metadata"]["managedFields"][0]["time"]))
