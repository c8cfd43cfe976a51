"""Which cluster the deployer acts on: a real one when the settings say how it is reached, else the simulated one.

`main.py` builds one of the two at its start; nothing else asks which it is.
"""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

from chassis.ledger import Motion, new_id
from chassis.perform import Performer
from chassis.sealed import Lockbox
from services.deployer.adapters.mongo.sandbox_objects import MongoSandboxObjects
from services.deployer.adapters.sandbox.cluster import SandboxCluster
from services.deployer.adapters.sandbox.cluster_watch import WatchedClusterFile
from services.deployer.ports import Cluster, Facts
from services.deployer.reconciler.running import LeadsInstallation, WhileLeading
from services.deployer.reconciler.turn import Take, WorldOf, apart, in_one_motion
from services.deployer.settings import DeployerSettings

if TYPE_CHECKING:
    from services.deployer.adapters.kubernetes.access import Access
    from services.deployer.adapters.kubernetes.building import Kubernetes
    from services.deployer.adapters.kubernetes.facts import WhatIsOffered
    from services.deployer.adapters.kubernetes.reach import Reach


_WRITE_IN_TURN = 4
"""Turns on the simulated cluster: its writers exclude one another, and each further one only tries again more often."""


class ChosenCluster(Protocol):
    """A cluster as a part of the running service."""

    def facts_in(self, motion: Motion) -> Facts:
        """What of it a motion may ask."""
        ...

    def turns(self, performer: Performer, world_of: WorldOf, settings: DeployerSettings) -> Take:
        """How the reconciler's turns are taken on it."""
        ...

    def at_once(self, asked: int) -> int:
        """How many turns are worth taking at the same time when the operator allows `asked`."""
        ...

    def changes(self) -> AsyncIterator[Any]:
        """Something each time the cluster is or offers something else."""
        ...

    def acting(self, lead: LeadsInstallation) -> AbstractAsyncContextManager[WhileLeading]:
        """Who acts on it: the block's work runs only while this process does."""
        ...

    def watching(self, while_leading: WhileLeading) -> AbstractAsyncContextManager[None]:
        """What runs beside the reconciler."""
        ...


class _Sandbox:
    def __init__(self, settings: DeployerSettings, lockbox: Lockbox | None) -> None:
        self._file = WatchedClusterFile(settings.cluster_file)
        self._lockbox = lockbox
        self.changes = self._file.changes

    def facts_in(self, motion: Motion) -> Facts:
        return self._of(motion)

    def turns(self, performer: Performer, world_of: WorldOf, settings: DeployerSettings) -> Take:
        return in_one_motion(performer, world_of, self._of, settings.patience, settings.drift)

    def at_once(self, asked: int) -> int:
        return min(asked, _WRITE_IN_TURN)

    def _of(self, motion: Motion) -> Cluster:
        return SandboxCluster(MongoSandboxObjects(motion, self._lockbox), self._file, motion.clock, new_id)

    def acting(self, lead: LeadsInstallation) -> AbstractAsyncContextManager[WhileLeading]:
        return nullcontext(lead.while_leading)

    def watching(self, _while_leading: WhileLeading) -> AbstractAsyncContextManager[None]:
        return nullcontext()


class _Real:
    def __init__(self, cluster: "Kubernetes") -> None:
        self._cluster = cluster
        self.changes = cluster.facts.changes
        self.acting = cluster.acting
        self.watching = cluster.watching

    def facts_in(self, _motion: Motion) -> Facts:
        return self._cluster.known

    def turns(self, performer: Performer, world_of: WorldOf, settings: DeployerSettings) -> Take:
        cluster = self._cluster.at(performer.writer.clock)
        return apart(performer, world_of, cluster, settings.patience, settings.drift)

    def at_once(self, asked: int) -> int:
        return asked


def chosen_cluster(settings: DeployerSettings, lockbox: Lockbox | None, wake: Callable[[str], None]) -> ChosenCluster:
    """The cluster by the settings; `wake` is told each deployment whose objects others changed."""
    if not (settings.kubeconfig or settings.in_cluster or settings.kube_server):
        return _Sandbox(settings, lockbox)
    # The Kubernetes client takes 50 MB and half a second, which a simulated cluster need not pay.
    from services.deployer.adapters.kubernetes import building  # noqa: PLC0415

    name, offers = settings.cluster_name, offers_by(settings)
    per_second, namespace = settings.cluster_requests_per_second, settings.cluster_lease_namespace
    way, far = access_by(settings), reach_by(settings)
    return _Real(building.Kubernetes(way, name, offers, wake, per_second, namespace, far))


def reach_by(settings: DeployerSettings) -> "Reach":
    """The whole cluster, or the namespaces that the settings list."""
    from services.deployer.adapters.kubernetes import reach  # noqa: PLC0415

    return reach.Reach(settings.cluster_namespaces, settings.cluster_id or "")


def access_by(settings: DeployerSettings) -> "Access":
    """How the real cluster of the settings is reached."""
    from services.deployer.adapters.kubernetes import access  # noqa: PLC0415

    if settings.kubeconfig is not None:
        return access.KubeconfigAccess(settings.kubeconfig, settings.kube_context)
    if settings.kube_token_file and settings.kube_ca_file:
        return access.TokenAccess(settings.kube_server, settings.kube_token_file, settings.kube_ca_file)
    return access.account_of_the_pod(os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"])


def offers_by(settings: DeployerSettings) -> "WhatIsOffered":
    """The environments of a real cluster and what each offers. Raises YamlFileError."""
    from services.deployer.adapters.kubernetes import offers_file  # noqa: PLC0415

    if settings.offers_file is not None:
        return offers_file.OffersFile(settings.offers_file)
    return offers_file.NothingOffered(settings.cluster_environments)
