"""Starts the deployer: the only place where its parts are put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from chassis.run import Running, run
from chassis.sealed import Lockbox, read_key
from chassis.wiring import Service
from services.deployer.adapters.mongo.full_pass import names_to_reconcile
from services.deployer.adapters.mongo.installation import installation_of
from services.deployer.adapters.mongo.woken_by_others import woken_by_others
from services.deployer.cluster_choice import chosen_cluster
from services.deployer.handlers import MOTIONS
from services.deployer.reconciler.queue import KeyedQueue
from services.deployer.reconciler.running import LeadsInstallation, reconciling
from services.deployer.reconciler.turn import Take
from services.deployer.reconciler.worker import Workers
from services.deployer.settings import DeployerSettings
from services.deployer.usecases.reconcile_deployment import reconcile_deployment
from services.deployer.world import world_builder


def service() -> Service:
    """The deployer as its environment sets it."""
    settings, queue = DeployerSettings(), KeyedQueue()
    lockbox = Lockbox(read_key(settings.secrets_key_file)) if settings.secrets_key_file else None
    cluster = chosen_cluster(settings, lockbox, queue.wake)
    world_of = world_builder(settings, cluster, queue, lockbox)

    @asynccontextmanager
    async def reconciler(running: Running) -> AsyncIterator[None]:
        take_turn = cluster.turns(running.performer.fenced(running.lease.guard), world_of, settings)
        workers = Workers(
            queue,
            lambda name: take_turn(lambda turn: reconcile_deployment(name, turn)),
            at_once=cluster.at_once(settings.reconciles_at_once),
        )
        names = partial(names_to_reconcile, running.database)
        others = partial(woken_by_others, running.database, running.lease.holder)
        lease, installation = running.lease, partial(installation_of, running.database)
        lead = LeadsInstallation(installation, lease.holder, lambda: lease.held, lease.while_held, running.readiness)
        async with (
            cluster.acting(lead) as while_acting,
            cluster.watching(while_acting),
            reconciling(queue, workers, names, others, while_acting),
        ):
            yield

    def reading(running: Running) -> Take:
        """What questions are answered with: turns that change nothing, so no lease is asked."""
        return cluster.turns(running.performer, world_of, settings)

    sources = {"cluster": cluster.changes}
    return Service("deployer", settings, MOTIONS, world_of, sources=sources, reading=reading, parts=reconciler)


if __name__ == "__main__":
    run(service())
