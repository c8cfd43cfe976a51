"""The control plane as parts of the embedded stack: `make up CLUSTER=kubernetes`.

The supervisor keeps each part alive; then `furnish` makes the cluster fit for the app store, and the services start.
"""

import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from infra.kubernetes.accounts import keep_accounts
from infra.kubernetes.certificates import keep_certificates
from infra.kubernetes.home import PlaneHome, PlanePorts
from infra.kubernetes.parts import stages
from infra.kubernetes.registry_stages import stages_with_registry
from infra.local.home import Home
from infra.local.part import Part, Stage
from infra.local.ports import HOST, Ports

OFFERS = Path(__file__).with_name("offers.yaml")


def place_in(home: Home) -> PlaneHome:
    """Where the stack keeps its cluster: among the data, so that `make reset` forgets it with the deployments."""
    return PlaneHome(home.data / "kubernetes")


def deployers_kubeconfig(home: Home) -> Path:
    """The file with which the deployer reaches the cluster, as the restricted account; `furnish` writes it."""
    return place_in(home).credentials / "deployer.kubeconfig"


def control_plane_stages(programs: Path, ports: Ports, home: Home, images: Iterable[str]) -> tuple[Stage, ...]:
    """Everything up to a cluster that can be deployed to; a registry that is simulated knows `images`."""
    place = place_in(home)
    place.make()
    plane = PlanePorts(**{one.name: ports.control_plane(one.name.replace("_", "-")) for one in fields(PlanePorts)})
    certificates = keep_certificates(place)
    accounts = keep_accounts(place, _address(ports), certificates.authority)
    pods = place.root / "stages.yaml"
    pods.write_text(stages_with_registry((programs / "stages.yaml").read_text("utf-8"), images), encoding="utf-8")
    command = (sys.executable, "-m", "infra.kubernetes.furnish", "--home", str(place.root), "--server", _address(ports))
    furnished = Part("cluster", (*command, "--account", str(deployers_kubeconfig(home))), None)
    return (*stages(programs, place, plane, certificates, accounts, pods=pods), Stage("cluster", (furnished,)))


def _address(ports: Ports) -> str:
    return f"https://{HOST}:{ports.control_plane('kube-apiserver')}"
