"""KubernetesCluster: the cluster port met with a real API server.

What is there is read from the watches (`watches.py`), what should be is written by server-side apply (`applying.py`),
what it shows is told in the domain's words (`observing.py`). The same again costs no request at all.
"""

from collections.abc import Sequence

from chassis.clock import Clock
from contracts.clusters.events import ClusterRegistered
from contracts.deployments.logs import ClusterHappenings, LogLines
from services.deployer.adapters.kubernetes.applying import apply_object, check_owner
from services.deployer.adapters.kubernetes.declared import place_of
from services.deployer.adapters.kubernetes.drifting import drift_of
from services.deployer.adapters.kubernetes.facts import ClusterFacts
from services.deployer.adapters.kubernetes.kinds import kind_of
from services.deployer.adapters.kubernetes.logs import read_logs
from services.deployer.adapters.kubernetes.observing import observe
from services.deployer.adapters.kubernetes.rehearsing import rehearse
from services.deployer.adapters.kubernetes.removing import prune, remove_all
from services.deployer.adapters.kubernetes.told import read_happenings
from services.deployer.adapters.kubernetes.watches import Watches
from services.deployer.domain.drift import Drifted
from services.deployer.domain.log import LogWish
from services.deployer.domain.manifest.inventory import is_inventory, owned
from services.deployer.domain.manifest.labels import DEPLOYMENT
from services.deployer.domain.observed import Observation
from services.deployer.domain.rehearsal import Rehearsal
from services.deployer.ports import Deletion, Object


class KubernetesCluster:
    """One cluster, as long as its watches run."""

    def __init__(self, watches: Watches, facts: ClusterFacts, clock: Clock) -> None:
        self._watches = watches
        self._facts = facts
        self._clock = clock

    async def apply(self, deployment: str, objects: Sequence[Object], *, force: bool = False) -> int:
        """Make these the objects of a deployment, in this order; how many were written or pruned.

        Raises:
            ObjectRefused: one is somebody else's or not admitted; those before it are written then.
            NotNow: the cluster does not answer, or somebody else is at work on the same objects.
        """
        objects = self._watches.reach.within(objects)
        await self._watches.ready_for(deployment, {place_of(one)[0] for one in objects})
        kinds = [kind_of(one["apiVersion"], one["kind"], one["metadata"]["name"]) for one in objects]
        for kind, manifest in zip(kinds, objects, strict=True):
            check_owner(self._watches, kind, manifest)
        written, inventory, uid = 0, None, ""
        for kind, manifest in zip(kinds, objects, strict=True):
            wanted = owned(manifest, inventory["metadata"]["name"], uid) if inventory is not None else manifest
            own = DEPLOYMENT in manifest["metadata"].get("labels", {})
            seen, changed = await apply_object(self._watches, kind, wanted, force=force and own)
            written += changed
            if is_inventory(manifest):
                inventory, uid = manifest, seen.uid
        if inventory is not None:
            declared = {(one["kind"], *place_of(one)) for one in objects}
            written += await prune(self._watches, deployment, inventory, uid, declared)
        return written

    async def objects_of(self, deployment: str) -> tuple[Object, ...]:
        """The objects that carry the deployment's label, pods included. Raises NotNow."""
        await self._watches.ready_for(deployment, ())
        return tuple(seen.object for _, seen in self._watches.of_deployment(deployment))

    async def drift(self, deployment: str, objects: Sequence[Object]) -> tuple[Drifted, ...]:
        """Which of its own objects others deleted or changed; asks the server only where one did. Raises NotNow."""
        await self._watches.ready_for(deployment, ())
        return await drift_of(self._watches, objects)

    async def rehearse(self, deployment: str, objects: Sequence[Object]) -> Rehearsal:
        """What `apply` of these would do, and what the server would say; it keeps nothing. Raises NotNow."""
        objects = self._watches.reach.within(objects)
        await self._watches.ready_for(deployment, {place_of(one)[0] for one in objects})
        return await rehearse(self._watches, deployment, objects)

    async def observe(self, deployment: str) -> Observation | None:
        """What the cluster shows of a deployment now; None when it has no workload there. Raises NotNow."""
        await self._watches.ready_for(deployment, ())
        return await observe(self._watches, deployment, self._clock.now())

    async def logs(self, deployment: str, wish: LogWish) -> LogLines:
        """The wanted lines of its containers, from the nodes. Raises NotNow."""
        await self._watches.ready_for(deployment, ())
        return await read_logs(self._watches, deployment, wish)

    async def happenings(self, deployment: str) -> ClusterHappenings:
        """What Events tell of its objects. Raises NotNow."""
        await self._watches.ready_for(deployment, ())
        return await read_happenings(self._watches, deployment)

    async def delete(self, deployment: str, *, data: bool = True) -> Deletion:
        """Remove what belongs to a deployment; its data volumes too, unless told otherwise. Raises NotNow."""
        await self._watches.ready_for(deployment)
        self._watches.warnings.forget(deployment)
        return await remove_all(self._watches, deployment, data=data)

    async def facts(self) -> ClusterRegistered:
        """What this cluster is and offers. Raises NotNow."""
        return await self._facts.current()
