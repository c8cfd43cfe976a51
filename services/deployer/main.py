"""Starts the deployer: the only place where its parts are put together."""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from functools import partial

from chassis.ledger import Motion, new_id
from chassis.run import Running, run
from chassis.sealed import Lockbox, read_key
from chassis.wiring import Service
from services.deployer.adapters.mongo.clusters import MongoClusters
from services.deployer.adapters.mongo.deployments import MongoDeployments
from services.deployer.adapters.mongo.desired_states import MongoDesiredStates
from services.deployer.adapters.mongo.full_pass import names_to_reconcile
from services.deployer.adapters.mongo.known_requests import MongoKnownRequests
from services.deployer.adapters.mongo.known_versions import MongoKnownVersions
from services.deployer.adapters.mongo.revisions import MongoRevisions
from services.deployer.adapters.mongo.sandbox_objects import MongoSandboxObjects
from services.deployer.adapters.mongo.sealing_keys import MongoSealingKeys
from services.deployer.adapters.mongo.secrets import MongoSecrets
from services.deployer.adapters.mongo.woken_by_others import woken_by_others
from services.deployer.adapters.sandbox.cluster import SandboxCluster
from services.deployer.adapters.sandbox.cluster_watch import WatchedClusterFile
from services.deployer.handlers import MOTIONS
from services.deployer.ports import World
from services.deployer.reconciler.queue import KeyedQueue
from services.deployer.reconciler.running import reconciling
from services.deployer.reconciler.worker import Workers
from services.deployer.settings import DeployerSettings
from services.deployer.usecases.reconcile_deployment import reconcile_deployment


def service() -> Service:
    """The deployer as its environment sets it."""
    settings = DeployerSettings()
    file, queue = WatchedClusterFile(settings.cluster_file), KeyedQueue()
    lockbox = Lockbox(read_key(settings.secrets_key_file)) if settings.secrets_key_file else None
    caught_up_at = datetime.now(UTC) + timedelta(seconds=settings.catch_up_seconds)

    def world_of(motion: Motion) -> World:
        return World(
            clock=motion.clock,
            record=motion.record,
            wake=partial(queue.wake_after_commit, motion.after_commit),
            cluster=SandboxCluster(MongoSandboxObjects(motion, lockbox), file, motion.clock, new_id),
            deployments=MongoDeployments(motion),
            clusters=MongoClusters(motion),
            requests=MongoKnownRequests(motion),
            versions=MongoKnownVersions(motion),
            desired=MongoDesiredStates(motion),
            secrets=MongoSecrets(motion, lockbox),
            sealing_keys=MongoSealingKeys(motion, lockbox),
            sealing_key_lifetime=timedelta(days=settings.sealing_key_days),
            revisions=MongoRevisions(motion),
            patience=settings.patience,
            undecided_grace_seconds=settings.undecided_grace_seconds,
            caught_up_at=caught_up_at,
        )

    def reconciler(running: Running) -> AbstractAsyncContextManager[None]:
        performer = running.performer.fenced(running.lease.guard)
        workers = Workers(
            queue,
            lambda name: performer.perform(lambda motion: reconcile_deployment(name, world_of(motion))),
            at_once=settings.reconciles_at_once,
        )
        return reconciling(
            queue,
            workers,
            partial(names_to_reconcile, running.database),
            partial(woken_by_others, running.database, running.lease.holder),
            running.lease.while_held,
        )

    return Service("deployer", settings, MOTIONS, world_of, sources={"cluster": file.changes}, parts=reconciler)


if __name__ == "__main__":
    run(service())
