"""How far the deployer's account reaches: the whole cluster, or only the namespaces that its operator lists.

`building.py` makes one from the settings. Without rights over the cluster, nothing outside the listed namespaces is
asked: no nodes, no kube-system (so the cluster's id is a setting), and no namespace is made or changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.deployer.adapters.kubernetes.kinds import NAMESPACE, WATCHED, Kind
from services.deployer.ports import Object

EVERYWHERE = ""
"""The scope of a watch over all namespaces, and of what is in none."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Without namespaces it is the whole cluster. `cluster` is its id, where that can't be read from it."""

    namespaces: tuple[str, ...] = ()
    cluster: str = ""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that are watched."""
        return tuple(kind for kind in WATCHED if kind.namespaced) if self.namespaces else WATCHED

    @property
    def scopes(self) -> tuple[str, ...]:
        """Where each kind has a watch of its own."""
        return self.namespaces or (EVERYWHERE,)

    def within(self, objects: Sequence[Object]) -> Sequence[Object]:
        """Those of a deployment's objects that are the deployer's to write."""
        return [one for one in objects if one["kind"] != NAMESPACE.name] if self.namespaces else objects


WHOLE_CLUSTER = Reach()
