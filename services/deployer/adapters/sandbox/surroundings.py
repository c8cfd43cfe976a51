"""What a deployment's pods find around them: the keys of its Secrets, and where its policies let them go."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from services.deployer.adapters.sandbox.cluster_file import Behaviour, Image
from services.deployer.adapters.sandbox.pod import ContainerSpec
from services.deployer.domain.egress import Egress, egress_of
from services.deployer.domain.manifest.environment import secret_name

UNREACHED_EXIT_CODE = 1


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Read from the deployment's own objects. `secrets` are the keys of each Secret, `absent` those it lacks.

    A Secret of others, which a need refers to, is not looked for.
    """

    secrets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    absent: AbstractSet[str] = frozenset()
    egress: Egress | None = None

    @classmethod
    def of(cls, objects: Iterable[Mapping[str, Any]]) -> "Surroundings":
        """What these objects are to the pods beside them."""
        found = list(objects)
        own = {secret_name(one["metadata"]["name"]) for one in found if one["kind"] == "Deployment"}
        there = {one["metadata"]["name"]: frozenset(one.get("data", {})) for one in found if one["kind"] == "Secret"}
        absent = own - there.keys()
        return cls(there, absent, egress_of(one for one in found if one["kind"] == "NetworkPolicy"))

    def missing(self, spec: ContainerSpec, namespace: str) -> str | None:
        """The kubelet's sentence about the first Secret or key that a container needs and that is not there."""
        for name, key in spec.secrets:
            if name in self.absent:
                return f'secret "{name}" not found'
            if name in self.secrets and key not in self.secrets[name]:
                return f"couldn't find key {key} in Secret {namespace}/{name}"
        return None

    def as_it_runs(self, image: Image) -> Image:
        """The image as it behaves here: simulated, it ends when it can't reach what it needs."""
        for endpoint in image.behaviour.reaches:
            host, _, port = endpoint.rpartition(":")
            if self.egress is not None and not self.egress.may_reach(host, int(port)):
                line = f"dial tcp {endpoint}: i/o timeout"
                waiting = Behaviour(
                    runs=False,
                    exit_code=UNREACHED_EXIT_CODE,
                    after_seconds=image.behaviour.after_seconds,
                    last_line=line,
                    earlier_lines=image.behaviour.earlier_lines,
                )
                return image.model_copy(update={"behaviour": waiting})
        return image
