"""How the `World` of one motion is put together from the stores and the chosen cluster; `main.py` hands it over."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from chassis.ledger import Motion
from chassis.sealed import Lockbox
from services.deployer.adapters.mongo.clusters import MongoClusters
from services.deployer.adapters.mongo.deployments import MongoDeployments
from services.deployer.adapters.mongo.desired_states import MongoDesiredStates
from services.deployer.adapters.mongo.known_requests import MongoKnownRequests
from services.deployer.adapters.mongo.known_versions import MongoKnownVersions
from services.deployer.adapters.mongo.revisions import MongoRevisions
from services.deployer.adapters.mongo.sealing_keys import MongoSealingKeys
from services.deployer.adapters.mongo.secrets import MongoSecrets
from services.deployer.cluster_choice import ChosenCluster
from services.deployer.ports import World
from services.deployer.reconciler.queue import KeyedQueue
from services.deployer.settings import DeployerSettings


def world_builder(
    settings: DeployerSettings, cluster: ChosenCluster, queue: KeyedQueue, lockbox: Lockbox | None
) -> Callable[[Motion], World]:
    """What builds the World of a motion, from now on."""
    caught_up_at = datetime.now(UTC) + timedelta(seconds=settings.catch_up_seconds)

    def world_of(motion: Motion) -> World:
        return World(
            clock=motion.clock,
            record=motion.record,
            wake=partial(queue.wake_after_commit, motion.after_commit),
            cluster=cluster.facts_in(motion),
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

    return world_of
