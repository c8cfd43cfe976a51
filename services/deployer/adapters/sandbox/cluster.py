"""SandboxCluster: the cluster port met without a cluster.

Objects are kept whole, with uid, resourceVersion and creation time; each is validated as an API server would. Every
write ends with what Kubernetes' controllers and scheduler would do next (settle), so pods are objects too and keep
their nodes. The rest, from image pulls to readiness, is computed when somebody looks (status.py).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from chassis.clock import Clock
from contracts.clusters.events import ClusterRegistered, NodeCapacity
from contracts.deployments.logs import ClusterHappenings, LogLines
from services.deployer.adapters.sandbox import status
from services.deployer.adapters.sandbox.admission import admit
from services.deployer.adapters.sandbox.autoscaler import scaled_workload
from services.deployer.adapters.sandbox.claims import claims_of
from services.deployer.adapters.sandbox.cluster_watch import WatchedClusterFile
from services.deployer.adapters.sandbox.drifting import drift_of, is_as, refuse_to_undo, wish_of
from services.deployer.adapters.sandbox.object_store import ObjectStore
from services.deployer.adapters.sandbox.ownership import removed_with_inventory, unlisted, with_owner
from services.deployer.adapters.sandbox.pod import SandboxPod, read_pod, write_pod
from services.deployer.adapters.sandbox.quantities import KIBIBYTES_PER_MEBIBYTE, kibibytes, millicores
from services.deployer.adapters.sandbox.quota import hard_of, quota_in, with_use
from services.deployer.adapters.sandbox.replica_set import Pods, pods_of, template_hash
from services.deployer.adapters.sandbox.scheduler import may_be_placed, schedule
from services.deployer.adapters.sandbox.schemas import validate
from services.deployer.adapters.sandbox.status import Scene
from services.deployer.adapters.sandbox.stored_object import (
    Place,
    as_applied,
    as_built,
    node_object,
    owner_of,
    place_of,
    without_owner,
)
from services.deployer.adapters.sandbox.surroundings import Surroundings
from services.deployer.adapters.sandbox.told import lines_of, told_of
from services.deployer.domain.drift import Drifted
from services.deployer.domain.log import LogWish
from services.deployer.domain.manifest.inventory import DATA
from services.deployer.domain.manifest.labels import DEPLOYMENT, MANAGER
from services.deployer.domain.manifest.quota import ROOM
from services.deployer.domain.observed import Observation
from services.deployer.domain.rehearsal import Objection, Rehearsal, Rehearsed
from services.deployer.ports import Deletion, Object, ObjectRefused


class SandboxCluster:
    """The simulated cluster, for one motion: `store` reads and writes in its transaction."""

    def __init__(self, store: ObjectStore, file: WatchedClusterFile, clock: Clock, new_id: Callable[[], str]) -> None:
        self._store = store
        self._file = file
        self._clock = clock
        self._new_id = new_id

    async def apply(self, deployment: str, objects: Sequence[Object], *, force: bool = False) -> int:
        """Make these the objects of a deployment; `force` takes back what somebody else wrote into the store.

        Raises ObjectRefused before anything is written.
        """
        there, known = await self._known(deployment, objects)
        for manifest in objects:
            self._admit(manifest, known[place_of(manifest)])
        wanted = with_owner(objects, known, self._new_id)
        if not force:
            refuse_to_undo(wanted, known)
        written = [one for one in wanted if not is_as(one, known[place_of(one)])]
        for manifest in written:
            await self._write(manifest, known[place_of(manifest)])
        undeclared = unlisted(there.values(), wanted)
        for one in undeclared:
            await self._store.remove(one)
        changed = len(written) + len(undeclared)
        if changed or not self._settled(there.values()):
            await self._settle(deployment)
        return changed

    async def objects_of(self, deployment: str) -> tuple[Object, ...]:
        """The objects that carry the deployment's label, pods included."""
        return await self._store.of_deployment(deployment)

    async def drift(self, deployment: str, objects: Sequence[Object]) -> tuple[Drifted, ...]:
        """Which of the deployment's own objects somebody took from the store, or changed there."""
        _, known = await self._known(deployment, objects)
        return drift_of(with_owner(objects, known, self._new_id), known)

    async def rehearse(self, deployment: str, objects: Sequence[Object]) -> Rehearsal:
        """What `apply` of these would do, by the same validation and admission; nothing is written."""
        there, known = await self._known(deployment, objects)
        wanted = with_owner(objects, known, lambda: "")
        told = [await self._rehearsed(as_applied(one) or one, known[place_of(one)]) for one in wanted]
        return Rehearsal(tuple(told), tuple(unlisted(there.values(), wanted)), tuple(await self._quotas(objects)))

    async def observe(self, deployment: str) -> Observation | None:
        """What the cluster shows now, by the objects, the file and the clock."""
        own = await self._store.of_deployment(deployment)
        workload = scaled_workload(own)
        if workload is None:
            return None
        return (await self._look(await self._scene(own), workload))[1]

    async def logs(self, deployment: str, wish: LogWish) -> LogLines:
        """Lines that say they are simulated, from the life of the containers."""
        return lines_of(await self.observe(deployment), wish)

    async def happenings(self, deployment: str) -> ClusterHappenings:
        """What happened to the pods, as Events would say it."""
        return told_of(await self.observe(deployment))

    async def delete(self, deployment: str, *, data: bool = True) -> Deletion:
        """Remove the inventory, what it owns, and the data when told so; the images stay on their nodes."""
        there = await self._store.of_deployment(deployment)
        kept = () if data else tuple(sorted(one["metadata"]["name"] for one in there if one["kind"] == DATA))
        found = removed_with_inventory(there, data=data)
        if not found:
            return Deletion(0, 0, kept)
        scene = await self._scene()
        await self._remove_pods(scene, [pod for pod in scene.pods if pod.deployment == deployment])
        others = [one for one in found if one["kind"] != "Pod"]
        for one in others:
            await self._store.remove(one)
        await self._store.next_revision()
        await self._place_pods()
        return Deletion(len(others), 0, kept)

    async def facts(self) -> ClusterRegistered:
        """What the file says."""
        cluster = self._file.current()
        return ClusterRegistered(
            cluster=cluster.id,
            name=cluster.name,
            kind="sandbox",
            kubernetes_version=cluster.kubernetes_version,
            environments=cluster.environments,
            nodes=tuple(
                NodeCapacity(
                    name=node.name,
                    cpu_millicores=millicores(node.cpu),
                    gpus=node.gpus,
                    memory_mebibytes=kibibytes(node.memory) // KIBIBYTES_PER_MEBIBYTE,
                )
                for node in cluster.nodes
            ),
            offers=cluster.offers,
        )

    async def _known(
        self, deployment: str, objects: Sequence[Object]
    ) -> tuple[dict[Place, Object], dict[Place, Object | None]]:
        """What the deployment has, and what stands where these objects are to stand."""
        there = {place_of(one): one for one in await self._store.of_deployment(deployment)}
        return there, {
            place_of(one): there.get(place_of(one)) or await self._store.named(*place_of(one)) for one in objects
        }

    def _settled(self, found: Iterable[Object]) -> bool:
        """Whether a deployment's own objects show that controllers and scheduler have nothing to do for it."""
        objects = list(found)
        workload = scaled_workload(objects)
        pods = [read_pod(one) for one in objects if one["kind"] == "Pod"]
        nodes = {node.name for node in self._file.current().nodes}
        if workload is None:
            return not pods
        as_many = len(pods) == workload["spec"]["replicas"]
        template = template_hash(workload)
        return as_many and all(pod.node in nodes and pod.template == template for pod in pods)

    async def _settle(self, deployment: str) -> None:
        """What controllers and scheduler do after a write. Writes nothing when there is nothing to do."""
        objects = await self._store.of_deployment(deployment)
        workload, scene = scaled_workload(objects), await self._scene(objects)
        own = tuple(pod for pod in scene.pods if pod.deployment == deployment)
        pods = (await self._look(scene, workload))[0] if workload is not None else Pods((), (), (), own, None)
        await self._remove_pods(scene, pods.gone)
        for pod in pods.new:
            await self._put_pod(pod)
        await self._place_pods()

    async def _place_pods(self) -> None:
        scene = await self._scene()
        held = {pod.name for pod in scene.pods if scene.claims is not None and not may_be_placed(pod, scene.claims)}
        waiting = {(pod.namespace, pod.name) for pod in scene.pods if pod.node is None and pod.name not in held}
        if not waiting:
            return
        pods = [pod for pod in scene.pods if pod.node is not None or pod.name not in held]
        for pod in schedule(pods, scene.cluster.nodes, self._clock.now()):
            if pod.node is not None and (pod.namespace, pod.name) in waiting:
                await self._put_pod(pod)

    async def _put_pod(self, pod: SandboxPod) -> None:
        written = write_pod(pod)
        written["metadata"] = {**written["metadata"], "resourceVersion": str(await self._store.next_revision())}
        await self._store.put(written)

    async def _remove_pods(self, scene: Scene, gone: Iterable[SandboxPod]) -> None:
        leaving = list(gone)
        for node, images in status.arrived_images(scene, leaving, self._clock.now()).items():
            there = scene.present.get(node, frozenset())
            if images - there:
                await self._store.put(node_object(node, there | images))
        for pod in leaving:
            await self._store.remove(dict(pod.manifest))

    def _admit(self, manifest: Object, found: Object | None) -> None:
        if without_owner(found) != manifest:
            validate(manifest, self._file.current().kubernetes_version)
            admit(manifest, self._file.current().admission_policies)
        if found is not None and owner_of(found) != owner_of(manifest):
            raise ObjectRefused(manifest["kind"], manifest["metadata"]["name"], ".", "it belongs to somebody else")

    async def _rehearsed(self, manifest: Object, found: Object | None) -> Rehearsed:
        namespace, before = manifest["metadata"].get("namespace"), as_applied(found)
        if namespace is not None and await self._store.named("Namespace", "", namespace) is None:
            return Rehearsed(manifest, None, manifest, asked=False)
        try:
            self._admit(as_built(manifest), found)
        except ObjectRefused as refused:
            return Rehearsed(manifest, before, manifest, Objection(refused.field, refused.message))
        return Rehearsed(manifest, before, manifest)

    async def _quotas(self, objects: Sequence[Object]) -> list[Object]:
        """The quota of each namespace of the objects, with what its pods and claims use now."""
        named = sorted({one["metadata"]["namespace"] for one in objects if "namespace" in one["metadata"]})
        pods = [read_pod(one) for one in await self._store.of_kind("Pod")]
        claims = await self._store.of_kind("PersistentVolumeClaim")
        found = []
        for namespace in named:
            declared = await self._store.named("ResourceQuota", namespace, ROOM)
            hard = (
                declared["spec"]["hard"] if declared is not None else hard_of(self._file.current().quotas.of(namespace))
            )
            found.append(with_use(namespace, hard, pods, claims))
        return found

    async def _write(self, manifest: Object, found: Object | None) -> None:
        now = self._clock.now().isoformat()
        before = found["metadata"] if found is not None else {}
        own = {
            "uid": before.get("uid") or manifest["metadata"].get("uid") or self._new_id(),
            "resourceVersion": str(await self._store.next_revision()),
            "creationTimestamp": before.get("creationTimestamp") or now,
            "generation": int(before.get("generation", 0)) + 1,
            "managedFields": [{"manager": MANAGER, "operation": "Apply", "time": now, "digest": wish_of(manifest)}],
        }
        await self._store.put({**manifest, "metadata": {**manifest["metadata"], **own}})

    async def _scene(self, own: Iterable[Object] = ()) -> Scene:
        """Everything there is; `own` are the objects of the deployment that is looked at."""
        pods = tuple(read_pod(found) for found in await self._store.of_kind("Pod"))
        present = {
            node["metadata"]["name"]: frozenset(image["names"][0] for image in node["status"]["images"])
            for node in await self._store.of_kind("Node")
        }
        cluster = self._file.current()
        claims = None
        if cluster.storage is not None:
            claims = claims_of(await self._store.of_kind("PersistentVolumeClaim"), cluster.storage)
        return Scene(cluster, pods, present, self._file.name, claims, Surroundings.of(own))

    async def _look(self, scene: Scene, workload: Mapping[str, Any]) -> tuple[Pods, Observation]:
        """What the controllers want of a Deployment's pods now, and what it shows until they have done so."""
        cluster, now = self._file.current(), self._clock.now()
        namespace = workload["metadata"]["namespace"]
        quota = quota_in(await self._store.named("ResourceQuota", namespace, ROOM)) or cluster.quotas.of(namespace)
        own = [pod for pod in scene.pods if pod.deployment == workload["metadata"]["labels"][DEPLOYMENT]]
        available = status.available(scene, workload, own, now)
        nodes = [node.name for node in cluster.nodes]
        pods = pods_of(workload, scene.pods, available, nodes, quota, now, self._new_id)
        return pods, status.observe(scene, workload, pods, now)
