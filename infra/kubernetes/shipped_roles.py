"""The roles that the deployer needs, as the shipped manifests say them: over a cluster, or in each of some namespaces.

`check.py` asks a cluster whether an account has them; the tests run with an account that has these and nothing more.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

CLUSTER_WIDE = Path(__file__).with_name("rbac.yaml")
NAMESPACED = Path(__file__).with_name("rbac-namespaced.yaml")
_OWN = "appstore"
"""The namespace of the deployer itself, where its Lease is; every other one in the manifest stands for a team's."""

Role = dict[str, Any]


def roles_over_the_cluster() -> list[Role]:
    """The ClusterRole, and the Role for the Lease."""
    return list(_roles(CLUSTER_WIDE))


def roles_in(namespaces: Iterable[str], lease_namespace: str = _OWN) -> list[Role]:
    """The Roles of an account without rights over the cluster, one in each of these namespaces."""
    found = list(_roles(NAMESPACED))
    lease = [_at(one, lease_namespace) for one in found if one["metadata"]["namespace"] == _OWN]
    teams = [one for one in found if one["metadata"]["namespace"] != _OWN]
    return [*lease, *(_at(one, namespace) for namespace in namespaces for one in teams)]


def _roles(path: Path) -> Iterator[Role]:
    for one in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        if one["kind"] in {"ClusterRole", "Role"}:
            yield one


def _at(role: Role, namespace: str) -> Role:
    return {**role, "metadata": {**role["metadata"], "namespace": namespace}}
