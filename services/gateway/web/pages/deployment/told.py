"""Makes an event of the page from an entry of the gateway's timeline read model.

Before it: `readmodels/timeline.py`, whose entries carry what a sentence needs under `told`. After it: `history`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.gateway.readmodels.timeline import count_in, event_named
from services.gateway.web.pages.deployment.view import DeploymentEvent

# Each event has at most one of these, and it chooses the sentence.
_CODES = ("step", "cause", "outcome", "intent")
NO_PODS = "no-pods"
"""The code of a rollout that ended well without a pod: paused, or scaled to nothing."""


def event_of(entry: Mapping[str, Any], person: str | None, app_title: str) -> DeploymentEvent:
    """The event; `person` is the actor's name, None when that person was erased."""
    told = entry["told"]
    given = told.get("params", {})
    params = {**given, "app": app_title, "version": told.get("version", ""), "revision": told.get("revision", 0)}
    params["toRevision"] = told.get("toRevision", 0)
    params["count"] = count_in(told)
    if "level" in told:
        params["level"] = told["level"]
    if "cause" in told:
        params["cause"] = told["cause"]
    if person is not None:
        params["person"] = person
    code = next((told[name] for name in _CODES if name in told), NO_PODS if told.get("replicas") == 0 else None)
    return DeploymentEvent(entry["id"], event_named(entry), datetime.fromisoformat(entry["time"]), code, params)
