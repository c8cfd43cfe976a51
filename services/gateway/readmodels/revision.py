"""A deployment's revisions, computed from its document when they are read: what was asked, by whom, how it ended.

A revision exists when the deployer began to roll it out. What runs is the revision that became healthy last.
"""

from typing import Any

from services.gateway.readmodels.deployment import status_of

Document = dict[str, Any]


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
    """The last revision that was healthy before what runs, or the last of all when nothing runs."""
    runs = found["rollout"].get("runs") or {}
    healthy = [one["revision"] for one in revisions_of(found) if one["status"] == "succeeded"]
    return next((one for one in healthy if one < runs.get("revision", one + 1)), None)


def running(found: Document) -> Document | None:
    """What runs now: its revision, version, since when, and the request that asked for it."""
    runs = found["rollout"].get("runs")
    if not runs:
        return None
    return {**runs, "request": found["requests"].get(runs["generation"] or "", {})}
