"""The pods of a revision as squares: ready, starting, failing, expected.

Before it: the rollout in the `deployment` read model, and the steps of its timeline. After it: the deployment page.
"""

from collections.abc import Sequence
from typing import Any

from contracts.deployments.reasons import Cause, Step
from services.gateway.web.components.rollout.rollout import Pods
from services.gateway.web.pages.deployment.view import State

Document = dict[str, Any]
_KEEPS_STOPPING = frozenset({Cause.CRASH_LOOP.value, Cause.PROBE_FAILED.value})
_STARTED = frozenset({Step.POD_STARTED.value, Step.POD_RESTARTED.value})


def pods_of(found: Document, state: State, version: str, steps: Sequence[Document], replicas: int) -> tuple[Pods, ...]:
    """One group for the revision of the newest rollout; `steps` are that generation's timeline entries."""
    rollout = found["rollout"]
    revision = rollout.get("revision")
    if revision is None or state not in {"rolling-out", "healthy", "failed"}:
        return ()
    if state == "healthy":
        return (Pods(revision, version, ready=rollout.get("replicas") or 0),)
    wanted = rollout.get("wanted") or replicas
    ready = min(rollout.get("ready") or 0, wanted)
    begun = min(_begun(steps), wanted)
    left = wanted - ready
    failing = left if state == "failed" and _cause(found) in _KEEPS_STOPPING else 0
    starting = max(begun - ready, 0) if state == "rolling-out" else 0
    return (Pods(revision, version, ready, starting, failing, left - failing - starting),)


def _begun(steps: Sequence[Document]) -> int:
    told = [entry["told"] for entry in steps]
    return len({one["params"].get("pod") for one in told if one.get("step") in _STARTED and "params" in one})


def _cause(found: Document) -> str:
    return str(found["finals"].get(found["rollout"].get("started"), {}).get("cause", ""))
