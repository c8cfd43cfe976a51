"""Pods that ran and count no more, by their statuses: evicted, ended with their node, cut off, asked to go. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.deployer.adapters.kubernetes.pod_status import condition
from services.deployer.domain.observed import Lost

ENDED = ("Failed", "Succeeded")
"""Phases of a pod that no controller counts any more."""
MOST = 5
_SENTENCE = 400
_CUT_OFF = "its node does not answer"


def has_ended(pod: Mapping[str, Any]) -> bool:
    """Whether a pod will never run again, though it is still there."""
    return (pod.get("status") or {}).get("phase") in ENDED


def lost_of(pods: Iterable[Mapping[str, Any]]) -> tuple[Lost, ...]:
    """Those of these pods that are lost, the newest last."""
    found = [(str(pod["metadata"]["creationTimestamp"]), one) for pod in pods for one in _lost(pod)]
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))[-MOST:]


def _lost(pod: Mapping[str, Any]) -> Iterator[Lost]:
    status = pod.get("status") or {}
    name, node = pod["metadata"]["name"], str(pod["spec"].get("nodeName") or "")
    disrupted = condition(pod, "DisruptionTarget") or {}
    if disrupted.get("status") == "True":
        yield Lost(name, node, _said(disrupted.get("message"), disrupted.get("reason")))
    elif has_ended(pod):
        yield Lost(name, node, _said(status.get("message"), status.get("reason")))
    elif _is_cut_off(pod):
        yield Lost(name, node, _CUT_OFF)


def _is_cut_off(pod: Mapping[str, Any]) -> bool:
    """Its kubelet said last that all is ready, and the node controller took that back."""
    containers = (pod.get("status") or {}).get("containerStatuses") or ()
    ready = condition(pod, "Ready") or {}
    return bool(containers) and all(one.get("ready") for one in containers) and ready.get("status") == "False"


def _said(message: object, reason: object) -> str:
    return ": ".join(str(part).strip() for part in (reason, message) if part)[:_SENTENCE]
