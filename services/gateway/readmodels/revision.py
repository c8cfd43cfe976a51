"""A deployment's revisions, computed from its document when they are read: what was asked, by whom, how it ended.

A revision exists when the deployer began to roll it out. What runs is the revision that became healthy last.
"""

from typing import Any

from services.gateway.readmodels.deployment import status_of

Document = dict[str, Any]
_WHAT_RUNS = ("version", "parameters", "secrets", "replicas")


def revisions_of(found: Document) -> list[Document]:
    """Every revision with its `request`, `generation`, `status`, `final` and whether it `runs`; newest first."""
    runs = found["rollout"].get("runs") or {}
    begun = [(int(key), start) for key, start in found["starts"].items() if key in found["requests"]]
    return [
        {
            "revision": start["revision"],
            "generation": generation,
            "startedAt": start["at"],
            "request": found["requests"][str(generation)],
            "status": status_of(found, generation),
            "final": found["finals"].get(str(generation)),
            "runs": runs.get("revision") == start["revision"],
        }
        for generation, start in sorted(begun, reverse=True)
    ]


def revision_before(found: Document) -> int | None:
    """The last revision before what runs that was healthy and would be something else; the last of all if none runs.

    A pause, a resume and a restart bring nothing that one could go back from.
    """
    runs, now = found["rollout"].get("runs") or {}, running(found)
    healthy = [one for one in revisions_of(found) if one["status"] == "succeeded"]
    earlier = [one for one in healthy if one["revision"] < runs.get("revision", one["revision"] + 1)]
    return next((one["revision"] for one in earlier if now is None or _differ(one["request"], now["request"])), None)


def _differ(one: Document, other: Document) -> bool:
    return any(one.get(name) != other.get(name) for name in _WHAT_RUNS)


def is_paused(found: Document) -> bool:
    """Whether nothing of it runs because somebody paused it."""
    runs = running(found)
    return runs is not None and bool(runs["request"].get("paused"))


def running(found: Document) -> Document | None:
    """What runs now: its revision, version, since when, and the request that asked for it."""
    runs = found["rollout"].get("runs")
    if not runs:
        return None
    return {**runs, "request": found["requests"].get(runs["generation"] or "", {})}
