"""The Lease object of one cluster: read, made, and changed only as the version that was read (`cluster_lease.py`)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.deployer.adapters.kubernetes.answers import CONFLICT, NOT_FOUND, ApiRefused
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.kinds import LEASE, NAMESPACE

NAME = "appstore-deployer"
PROCESS, RENEWAL = "appstore.nl/process", "appstore.nl/renewal"
_MERGE = "application/merge-patch+json"

Found = Mapping[str, Any]


class LeaseObject:
    """What one process reads and writes of it. Every call raises ApiRefused and NotNow."""

    def __init__(self, connection: Connection, namespace: str, installation: str, process: str, seconds: int) -> None:
        """`seconds` is how long it counts: it stands there for people, and for other programs."""
        self._connection = connection
        self._namespace = namespace
        self._installation = installation
        self._process = process
        self._seconds = seconds

    async def read(self) -> Found | None:
        """As it is; None when there is none."""
        try:
            return await self._ask("GET", NAME)
        except ApiRefused as refused:
            if refused.status != NOT_FOUND:
                raise
            return None

    async def make(self) -> Found | None:
        """The first one, with the namespace that it stands in when there is none; None when another was faster."""
        try:
            return await self._post(LEASE.path(self._namespace), self._first())
        except ApiRefused as refused:
            if refused.status != NOT_FOUND:
                raise
        space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self._namespace}}
        await self._post(NAMESPACE.path(), space)
        return await self._post(LEASE.path(self._namespace), self._first())

    async def take(self, found: Found) -> Found | None:
        """Ours from now on; None when it is no longer as it was found."""
        transitions = int(found["spec"].get("leaseTransitions") or 0) + 1
        return await self._change(found, {**self._held(), "leaseTransitions": transitions})

    async def renew(self, found: Found) -> Found | None:
        """One renewal more; None when it is no longer as it was found."""
        return await self._change(found, {"renewTime": _now()})

    async def give_up(self, found: Found) -> None:
        """Nobody's from now on, if it is as it was found."""
        await self._change(found, {"holderIdentity": ""})

    async def _change(self, found: Found, spec: Mapping[str, Any]) -> Found | None:
        kept = {name: found["metadata"][name] for name in ("uid", "resourceVersion")}
        body = {"metadata": {**kept, "annotations": self._signed(found)}, "spec": spec}
        try:
            return await self._ask("PATCH", NAME, body, _MERGE)
        except ApiRefused as refused:
            if refused.status not in {CONFLICT, NOT_FOUND}:
                raise
            return None

    async def _post(self, path: str, body: Mapping[str, Any]) -> Found | None:
        try:
            made: Found = await self._connection.request("POST", path, None, body, urgent=True)
        except ApiRefused as refused:
            if refused.status != CONFLICT:
                raise
            return None
        return made

    async def _ask(self, method: str, name: str, body: Any = None, content_type: str = "application/json") -> Found:
        path = LEASE.path(self._namespace, name)
        answer: Found = await self._connection.request(method, path, None, body, content_type, urgent=True)
        return answer

    def _first(self) -> Found:
        metadata = {"name": NAME, "annotations": self._signed(None)}
        spec = {**self._held(), "leaseTransitions": 0}
        return {"apiVersion": LEASE.api_version, "kind": LEASE.name, "metadata": metadata, "spec": spec}

    def _held(self) -> dict[str, Any]:
        now = _now()
        times = {"leaseDurationSeconds": self._seconds, "acquireTime": now, "renewTime": now}
        return {"holderIdentity": self._installation, **times}

    def _signed(self, found: Found | None) -> dict[str, str]:
        """Who writes, and one renewal more: by a clock that stands still two writes would be the same."""
        before = annotations_of(found).get(RENEWAL, "") if found is not None else ""
        return {PROCESS: self._process, RENEWAL: str(int(before) + 1 if before.isdigit() else 1)}


def annotations_of(found: Found) -> Mapping[str, str]:
    """Its annotations."""
    return found["metadata"].get("annotations") or {}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
