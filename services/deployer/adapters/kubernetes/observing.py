"""What a cluster shows of one deployment, from the statuses that its controllers, scheduler and kubelets write.

Called by `cluster.py`; the words are those of `domain/observed.py`. Events are asked for only when a container waits or
does not answer its probe: a healthy rollout costs no request.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.deployer.adapters.kubernetes.happenings import happened
from services.deployer.adapters.kubernetes.kinds import CLAIM, DEPLOYMENT_KIND, NETWORK_POLICY, POD, REPLICA_SET
from services.deployer.adapters.kubernetes.lost import has_ended, lost_of
from services.deployer.adapters.kubernetes.pod_events import PodEvents, events_of, why_not_bound
from services.deployer.adapters.kubernetes.pod_status import asked_of, condition, container_of, unscheduled
from services.deployer.adapters.kubernetes.trimmed import owners_of, template_mark
from services.deployer.adapters.kubernetes.watches import Watches
from services.deployer.domain.doctor.volume_not_bound import BOUND
from services.deployer.domain.egress import egress_of
from services.deployer.domain.observed import Claim, NotCreated, Observation, Pod
from services.deployer.ports import Object

_GAVE_UP = "ProgressDeadlineExceeded"
_NO_EVENTS = PodEvents()
_STARTING = ("ContainerCreating", "PodInitializing")
"""What every container waits for at first. Failed pulls and probes, which Events are asked for, have other words."""


async def observe(watches: Watches, deployment: str, now: datetime) -> Observation | None:
    """One deployment at this moment; None without a workload. Raises NotNow."""
    workload = next((seen.object for seen in watches.of(DEPLOYMENT_KIND).of_deployment(deployment)), None)
    if workload is None or "deletionTimestamp" in workload["metadata"]:
        return None
    sets = [seen.object for seen in watches.of(REPLICA_SET).of_deployment(deployment)]
    pods = [seen.object for seen in watches.of(POD).of_deployment(deployment)]
    newest, older = split(workload, sets, pods)
    events = {pod["metadata"]["uid"]: await events_of(watches.connection, pod) for pod in newest if in_trouble(pod)}
    found = observation(workload, newest, older, events, now)
    claims = [seen.object for seen in watches.of(CLAIM).of_deployment(deployment)]
    waits = any(pod.unscheduled is not None for pod in found.pods)
    return replace(
        found,
        lost=lost_of(pod for pod in pods if owners_of(pod) & {one["metadata"]["uid"] for one in sets}),
        warnings=tuple(watches.warnings.of(deployment)),
        pods=tuple([await _with_shortage(watches, one) for one in found.pods]),
        claims=tuple([await _claim(watches, one, told=waits) for one in claims]),
        egress=egress_of(seen.object for seen in watches.of(NETWORK_POLICY).of_deployment(deployment)),
    )


async def _with_shortage(watches: Watches, pod: Pod) -> Pod:
    if pod.unscheduled is None:
        return pod
    return replace(pod, shortage=await watches.rooms.shortage(pod.asked, pod.unscheduled))


def observation(
    workload: Object,
    newest: Sequence[Object],
    older: Sequence[Object],
    events: Mapping[str, PodEvents],
    now: datetime,
) -> Observation:
    """The same, from the objects alone. Pure."""
    patience = timedelta(seconds=workload["spec"].get("minReadySeconds", 0))
    shown, changes = [], []
    for pod in newest:
        available_at = ready_at(pod, patience)
        if available_at is not None and available_at > now:
            changes.append(available_at)
        told = events.get(pod["metadata"]["uid"], _NO_EVENTS)
        shown.append(_pod(pod, told, available=available_at is not None and available_at <= now))
    return Observation(
        wanted=workload["spec"].get("replicas", 1),
        pods=tuple(shown),
        outdated=len(older),
        happened=tuple(one for pod in newest for one in happened(pod, ready_at(pod, patience), now)),
        not_created=_not_created(workload),
        stalled=(condition(workload, "Progressing") or {}).get("reason") == _GAVE_UP,
        unavailable_since=_unavailable_since(workload),
        next_change_at=min(changes, default=None),
    )


def split(workload: Object, sets: Iterable[Object], pods: Iterable[Object]) -> tuple[list[Object], list[Object]]:
    """The pods of the newest template, and those of older ones; pods that ended or are on their way out are neither.

    Until the controller has looked at the newest template there are none of it. The ReplicaSet of a template is the
    first that has it, as for the controller: their numbers change one after the other, so that for a moment the number
    of the Deployment is another one's. Pods that somebody else made with our labels have other owners.
    """
    metadata, status = workload["metadata"], workload.get("status") or {}
    looked = status.get("observedGeneration", 0) >= metadata.get("generation", 0)
    own = [one for one in sets if metadata["uid"] in owners_of(one)]
    mark = template_mark(workload["spec"]["template"])
    alike = [one["metadata"] for one in own if looked and one["spec"]["template"] == mark]
    first = min(alike, key=lambda one: (one["creationTimestamp"], one["name"]), default=None)
    current = {first["uid"]} if first is not None else set()
    every = {one["metadata"]["uid"] for one in own}
    newest: list[Object] = []
    older: list[Object] = []
    for pod in sorted(pods, key=lambda one: (one["metadata"]["creationTimestamp"], one["metadata"]["name"])):
        if owners_of(pod) & every and "deletionTimestamp" not in pod["metadata"] and not has_ended(pod):
            (newest if owners_of(pod) & current else older).append(pod)
    return newest, older


def ready_at(pod: Object, patience: timedelta) -> datetime | None:
    """From when on a pod counts as available; None while it is not ready."""
    ready = condition(pod, "Ready")
    if ready is None or ready.get("status") != "True":
        return None
    return datetime.fromisoformat(ready["lastTransitionTime"]) + patience


def in_trouble(pod: Mapping[str, Any]) -> bool:
    """Whether the kubelet has something to tell that the status does not; of a usual start it has not."""
    containers = pod.get("status", {}).get("containerStatuses") or ()
    return any(not one.get("ready") and _waits_for(one) not in _STARTING for one in containers)


def _waits_for(status: Mapping[str, Any]) -> str | None:
    waiting: Mapping[str, Any] = (status.get("state") or {}).get("waiting") or {}
    return waiting.get("reason")


def _pod(pod: Object, events: PodEvents, *, available: bool) -> Pod:
    spec, status = pod["spec"], pod.get("status") or {}
    statuses = {one["name"]: one for one in status.get("containerStatuses") or ()}
    return Pod(
        name=pod["metadata"]["name"],
        created=datetime.fromisoformat(pod["metadata"]["creationTimestamp"]),
        node=spec.get("nodeName"),
        containers=tuple(container_of(one, statuses.get(one["name"]), events) for one in spec["containers"]),
        available=available,
        unscheduled=unscheduled(pod),
        asked=asked_of(pod),
    )


async def _claim(watches: Watches, claim: Object, *, told: bool) -> Claim:
    """A claim; why it is not bound is asked only when a pod waits."""
    phase = str((claim.get("status") or {}).get("phase", "Pending"))
    return Claim(
        name=claim["metadata"]["name"],
        size=str(claim["spec"]["resources"]["requests"]["storage"]),
        phase=phase,
        since=datetime.fromisoformat(claim["metadata"]["creationTimestamp"]),
        message=await why_not_bound(watches.connection, claim) if told and phase != BOUND else "",
    )


def _unavailable_since(workload: Object) -> datetime | None:
    """By the Deployment's controller: from when on it has fewer available pods than it must have."""
    available = condition(workload, "Available")
    if available is None or available.get("status") != "False":
        return None
    return datetime.fromisoformat(available["lastTransitionTime"])


def _not_created(workload: Object) -> NotCreated | None:
    failing = condition(workload, "ReplicaFailure")
    if failing is None or failing.get("status") != "True":
        return None
    return NotCreated(str(failing.get("message", "")), datetime.fromisoformat(failing["lastTransitionTime"]))
