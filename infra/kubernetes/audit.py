"""The API server's own record of who asked it for what, for whoever counts requests: one line a request, no bodies.

Only the accounts that are named are recorded, so that the parts' own traffic costs nothing.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from infra.kubernetes.home import PlaneHome

WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})
_STAGE = "ResponseComplete"
# Nothing is cut off in the middle of a benchmark.
_MEGABYTES = 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the account, the verb as Kubernetes names it, and the plural of the kind."""

    user: str
    verb: str
    resource: str


def audit_flags(home: PlaneHome, audited: Collection[str]) -> tuple[str, ...]:
    """What the API server is told, so that it records these accounts; nothing when there are none."""
    if not audited:
        return ()
    policy = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived", "ResponseStarted"],
        "rules": [{"level": "Metadata", "users": sorted(audited)}, {"level": "None"}],
    }
    file = home.root / "audit-policy.json"
    file.write_text(json.dumps(policy) + "\n", encoding="ascii")
    return (
        f"--audit-policy-file={file}",
        f"--audit-log-path={home.audit_log}",
        f"--audit-log-maxsize={_MEGABYTES}",
    )


def asked(home: PlaneHome, *, since: int = 0) -> Iterator[Asked]:
    """The requests that ended, in their order, from this byte of the log on. A watch is one when it ends."""
    if not home.audit_log.is_file():
        return
    with home.audit_log.open("rb") as log:
        log.seek(since)
        for line in log:
            found = json.loads(line)
            if found["stage"] == _STAGE:
                resource = (found.get("objectRef") or {}).get("resource", "")
                yield Asked(found["user"]["username"], found["verb"], resource)


def length(home: PlaneHome) -> int:
    """How many bytes are recorded by now."""
    return home.audit_log.stat().st_size if home.audit_log.is_file() else 0
