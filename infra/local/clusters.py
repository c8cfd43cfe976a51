"""Which cluster the stack deploys to: CLUSTER=sandbox (simulated), =kubernetes (its own control plane), or yours.

What differs between them is said here alone: which parts there are, and what the deployer is told. A kubeconfig file
(`KUBECONFIG=FILE make up`) chooses a cluster that runs elsewhere.
"""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from infra.kubernetes.binaries import BuildError, binaries, is_built
from infra.kubernetes.in_the_stack import OFFERS, control_plane_stages, deployers_kubeconfig
from infra.kubernetes.toolchain import NoGoError
from infra.local.home import CHECKOUT, Home
from infra.local.part import Stage
from infra.local.ports import Ports

SANDBOX, KUBERNETES = "sandbox", "kubernetes"
_REACHED_BY = ("APPSTORE_KUBECONFIG", "APPSTORE_KUBE_SERVER", "APPSTORE_IN_CLUSTER")


def cluster_name() -> str:
    """The cluster that the environment asks for: of these two, or empty for one that the deployer's settings reach.

    Raises:
        ValueError: it names one that the stack does not have, or two at once, or offers that the sandbox can't read.
    """
    name, given = os.environ.get("CLUSTER", ""), [name for name in _REACHED_BY if os.environ.get(name)]
    if name not in {"", SANDBOX, KUBERNETES}:
        message = f"CLUSTER={name} is not known here; the stack has {SANDBOX} and {KUBERNETES}"
        raise ValueError(message)
    if name and given:
        message = f"CLUSTER={name} and {given[0]} name two clusters: set one of them"
        raise ValueError(message)
    chosen = name or ("" if given else SANDBOX)
    if chosen == SANDBOX and os.environ.get("APPSTORE_OFFERS_FILE"):
        message = (
            "OFFERS is for a real cluster, and this start is for the simulated one, whose environments stand in a file "
            "of its own: leave OFFERS out, or name a cluster (KUBECONFIG=FILE or CLUSTER=kubernetes)"
        )
        raise ValueError(message)
    return chosen


def must_build() -> bool:
    """Whether the programs of the control plane are wanted and not there yet. Raises ValueError as `cluster_name`."""
    return cluster_name() == KUBERNETES and not is_built()


def cluster_stages(ports: Ports, home: Home) -> tuple[Stage, ...]:
    """What must run before the deployer has a cluster; only the stack's own control plane is parts of it.

    Raises:
        ValueError: as `cluster_name`, or the control plane can't be built.
    """
    if cluster_name() != KUBERNETES:
        return ()
    # The deployer's own reader of that file, so that the two registries know the same images.
    from services.deployer.adapters.sandbox.cluster_file import load_cluster_file  # noqa: PLC0415 - slow, and rare

    described, _ = load_cluster_file(_cluster_file())
    try:
        return control_plane_stages(binaries(), ports, home, described.registry)
    except (NoGoError, BuildError) as error:
        raise ValueError(str(error)) from error


def told_about_the_cluster(home: Home) -> dict[str, str]:
    """What the deployer is told because of the cluster."""
    if cluster_name() == KUBERNETES:
        return {
            "APPSTORE_KUBECONFIG": str(deployers_kubeconfig(home)),
            "APPSTORE_OFFERS_FILE": os.environ.get("APPSTORE_OFFERS_FILE", str(OFFERS)),
        }
    return {"APPSTORE_CLUSTER_FILE": str(_cluster_file())}


def _cluster_file() -> Path:
    shipped = CHECKOUT / "infra" / "local" / "cluster.yaml"
    return Path(os.environ.get("APPSTORE_CLUSTER_FILE", shipped))


@dataclass(frozen=True, slots=True)
class Yours:
    """A cluster that runs elsewhere, and can be deployed to: its id, and what a person is told of it."""

    cluster: str
    said: str


def look_at_yours() -> Yours | None:
    """The cluster that the deployer's settings name, after a look at it; None when the stack has its own.

    Raises:
        ValueError: it can't be deployed to; the text says why and what to do.
    """
    if cluster_name():
        return None
    # The Kubernetes client, for this alone.
    from infra.kubernetes.check import ClusterUnfitError, check, said_of  # noqa: PLC0415

    try:
        fit = asyncio.run(check())
    except ClusterUnfitError as error:
        raise ValueError(str(error)) from error
    return Yours(fit.cluster, said_of(fit))


def keep_to_one_cluster(home: Home, yours: Yours | None) -> None:
    """Remember which cluster the data of this home is about, and refuse another one.

    What was deployed to one cluster would else be deployed to the next: demonstrations to somebody's production. A
    start that failed before there was a database stored nothing, so it binds nobody.

    Raises:
        ValueError: the data is about another cluster.
    """
    wanted, file = yours.cluster if yours else cluster_name(), home.data / "cluster"
    kept = wanted
    if (home.data / "database").exists():
        kept = file.read_text(encoding="ascii").strip() if file.is_file() else SANDBOX
    if kept != wanted:
        message = (
            f"What is stored in {home.data} is about another cluster ({kept}), and this start is for {wanted}: its "
            "deployments would come along. Forget them first (make reset), or start as before."
        )
        raise ValueError(message)
    file.write_text(f"{kept}\n", encoding="ascii")
