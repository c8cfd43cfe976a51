"""When each image arrives on a node. A kubelet fetches one image at a time; what is there stays. Pure."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.deployer.adapters.sandbox.cluster_file import Image
from services.deployer.adapters.sandbox.pod import SandboxPod

Place = tuple[str, str, str]
"""Namespace, pod and container."""


@dataclass(frozen=True, slots=True)
class Pull:
    """One container's image: fetched from `start` to `end`, or there already."""

    image: str
    start: datetime
    end: datetime
    fetched: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """The registry does not give the image, and says why; asked for since `start`."""

    image: str
    start: datetime
    message: str


def pulls_on(
    pods: Iterable[SandboxPod],
    bandwidth: int,
    images: Mapping[str, Image],
    present: AbstractSet[str],
) -> dict[Place, Pull | Missing]:
    """Every pull of the pods of one node, by container. `bandwidth` in MiB per second; `present` was there before."""
    found: dict[Place, Pull | Missing] = {}
    arrived: dict[str, datetime] = {}
    idle_from: datetime | None = None
    for pod in sorted(pods, key=_order):
        moment = pod.bound_at or pod.created
        for container in pod.containers:
            place = (pod.namespace, pod.name, container.name)
            image = images.get(container.image)
            if image is None or image.pull_error is not None:
                found[place] = Missing(container.image, moment, _answer(container.image, image))
                continue
            if container.image in present or container.image in arrived:
                start = end = max(moment, arrived.get(container.image, moment))
                found[place] = Pull(container.image, start, end, fetched=False)
            else:
                start = max(moment, idle_from or moment)
                idle_from = end = start + timedelta(seconds=image.size_mebibytes / bandwidth)
                arrived[container.image] = end
                found[place] = Pull(container.image, start, end, fetched=True)
            moment = end
    return found


def _answer(reference: str, image: Image | None) -> str:
    """The kubelet's sentence."""
    code, why = ("NotFound", "not found") if image is None else ("Unknown", str(image.pull_error))
    return f'rpc error: code = {code} desc = failed to pull and unpack image "{reference}": {reference}: {why}'


def _order(pod: SandboxPod) -> tuple[datetime, str, str]:
    return pod.bound_at or pod.created, pod.namespace, pod.name
