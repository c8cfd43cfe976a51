"""What pods ask and nodes or quotas give: CPU, memory and GPUs together."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.deployer.adapters.sandbox.quantities import cpu_text, kibibytes, memory_text, millicores

GPU = "nvidia.com/gpu"
RESOURCES = ("nvidia.com/gpu", "memory", "cpu")
"""In the order in which a shortage is named: the scarcest kind first."""

_TEXT: dict[str, Callable[[int], str]] = {"cpu": cpu_text, "memory": memory_text, GPU: str}


@dataclass(frozen=True, slots=True)
class Amounts:
    """CPU in millicores, memory in KiB, whole GPUs."""

    cpu: int = 0
    memory: int = 0
    gpu: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        """Both together."""
        return Amounts(self.cpu + other.cpu, self.memory + other.memory, self.gpu + other.gpu)

    def __sub__(self, other: "Amounts") -> "Amounts":
        """What is left."""
        return Amounts(self.cpu - other.cpu, self.memory - other.memory, self.gpu - other.gpu)

    def of(self, resource: str) -> int:
        """The amount of one resource, by its Kubernetes name."""
        return {"cpu": self.cpu, "memory": self.memory, GPU: self.gpu}[resource]

    def lacking(self, asked: "Amounts") -> tuple[str, ...]:
        """The resources of which `asked` is more than this."""
        return tuple(resource for resource in RESOURCES if asked.of(resource) > self.of(resource))


NOTHING = Amounts()


def total(amounts: Iterable[Amounts]) -> Amounts:
    """All together."""
    return sum(amounts, start=NOTHING)


def requested(requests: Mapping[str, Any]) -> Amounts:
    """A container's `resources.requests` as amounts."""
    return Amounts(
        millicores(requests.get("cpu", "0")),
        kibibytes(requests.get("memory", "0Ki")),
        int(requests.get(GPU, 0)),
    )


def text_of(resource: str, amount: int) -> str:
    """An amount as Kubernetes writes it."""
    return _TEXT[resource](max(amount, 0))
