"""A kubelet as a test plays it: pods that kwok leaves alone, and the statuses and Events that Kubernetes documents.

Everything else about such a pod is real: its controllers, admission, scheduler, and what the deployer's adapter reads.
"""

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.ledger import new_id
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.ports import Object
from tests.e2e.eventually import eventually

_STAGES = ("pod-create", "pod-ready")
_WITHIN = 60.0
_LONG_AGO = timedelta(seconds=60)


def left_alone(objects: Sequence[Object]) -> list[Object]:
    """The same manifest; kwok waits an hour before it plays the kubelet of these pods."""
    found: list[Object] = deepcopy(list(objects))
    template = workload_of(found)["spec"]["template"]["metadata"]
    stages = {f"{stage}.stage.kwok.x-k8s.io/{what}": "1h" for stage in _STAGES for what in ("delay", "jitter-delay")}
    template["annotations"] = {**template.get("annotations", {}), **stages}
    return found


def workload_of(objects: Sequence[Object]) -> Object:
    """The Deployment of a manifest."""
    return next(one for one in objects if one["kind"] == "Deployment")


class Kubelet:
    """Says what happened to the pods of one namespace."""

    def __init__(self, admin: Connection, namespace: str) -> None:
        self._admin, self._path = admin, f"/api/v1/namespaces/{namespace}"
        self._namespace = namespace

    async def pod(self) -> Object:
        """The namespace's pod, once the scheduler placed it. Raises TimeoutError."""

        async def placed() -> list[Object]:
            found = await self._admin.request("GET", f"{self._path}/pods")
            return [one for one in found["items"] if one["spec"].get("nodeName")]

        return (await eventually(placed, bool, _WITHIN, "a pod is placed"))[0]

    async def shows(self, pod: Object, **status: Any) -> None:
        """Every container of the pod is like this: fields of a ContainerStatus; `ready` is False when not given."""
        names = [(one["name"], one["image"]) for one in pod["spec"]["containers"]]
        shown = [
            {"name": name, "image": image, "imageID": "", "ready": False, "restartCount": 0, **status}
            for name, image in names
        ]
        await self.writes(pod, {"containerStatuses": shown})

    async def writes(self, pod: Object, status: dict[str, Any]) -> None:
        """Write these fields of the pod's status."""
        path = f"{self._path}/pods/{pod['metadata']['name']}/status"
        await self._admin.request("PATCH", path, None, {"status": status}, "application/merge-patch+json")

    async def tells(self, pod: Object, reason: str, message: str, count: int = 1) -> None:
        """Write an Event about the pod, first seen a minute ago."""
        first = stamp(datetime.now(UTC) - _LONG_AGO)
        about = {name: pod["metadata"][name] for name in ("name", "namespace", "uid")}
        event = {
            "metadata": {"name": f"{about['name']}.{new_id()}", "namespace": self._namespace},
            "involvedObject": {"kind": "Pod", "apiVersion": "v1", **about},
            "type": "Warning",
            "reason": reason,
            "message": message,
            "count": count,
            "firstTimestamp": first,
            "lastTimestamp": stamp(datetime.now(UTC)),
            "source": {"component": "kubelet"},
        }
        await self._admin.request("POST", f"{self._path}/events", None, event)


def stamp(moment: datetime) -> str:
    """A moment as Kubernetes writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def ended(exit_code: int, reason: str, log: str = "") -> dict[str, Any]:
    """How a container ended last, as the kubelet writes it while it waits to start it again."""
    moment = stamp(datetime.now(UTC))
    return {
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container"}},
        "lastState": {
            "terminated": {
                "exitCode": exit_code,
                "reason": reason,
                "message": log,
                "startedAt": moment,
                "finishedAt": moment,
            }
        },
    }
