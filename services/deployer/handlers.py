"""What sets the deployer in motion, and what it keeps. The reconciler beside it is set in motion by these (main.py)."""

from chassis.motions import Answers, Every, Keeps, On, Restored, Row, Watch
from contracts import topics
from contracts.apps.events import VersionPublished
from contracts.compliance.events import DeploymentApproved, DeploymentRejected
from contracts.deployments.events import (
    DeploymentCancelled,
    DeploymentClosed,
    DeploymentFailed,
    DeploymentRemoved,
    DeploymentRollbackStarted,
    DeploymentRolledBack,
    DeploymentSucceeded,
)
from contracts.deployments.logs import DeploymentHappeningsAsked, DeploymentLogAsked
from contracts.deployments.questions import DeploymentPlanAsked
from contracts.deployments.requests import (
    DeploymentCancelRequested,
    DeploymentRemovalRequested,
    DeploymentRequested,
)
from contracts.deployments.secrets import SecretSealed
from services.deployer.domain import cluster, deployment
from services.deployer.usecases.accept_request import accept_request
from services.deployer.usecases.answer_happenings import answer_happenings
from services.deployer.usecases.answer_log import answer_log
from services.deployer.usecases.answer_plan import answer_plan
from services.deployer.usecases.cancel_deployment import cancel_deployment
from services.deployer.usecases.catch_up_with_own_event import catch_up_with_own_event
from services.deployer.usecases.close_deployment import close_deployment
from services.deployer.usecases.close_skipped import close_skipped
from services.deployer.usecases.close_undecided import close_undecided
from services.deployer.usecases.keep_sealing_key import keep_sealing_key
from services.deployer.usecases.register_cluster import register_cluster
from services.deployer.usecases.remember_version import remember_version
from services.deployer.usecases.remove_deployment import remove_deployment
from services.deployer.usecases.start_deployment import start_deployment
from services.deployer.usecases.store_secret import store_secret

MOTIONS: tuple[Row, ...] = (
    On(VersionPublished, remember_version),
    On(DeploymentRequested, accept_request, skipped=close_skipped),
    On(DeploymentApproved, start_deployment),
    On(DeploymentRejected, close_deployment),
    On(DeploymentCancelRequested, cancel_deployment, skipped=close_skipped),
    On(DeploymentRemovalRequested, remove_deployment, skipped=close_skipped),
    On(SecretSealed, store_secret),
    Answers(DeploymentPlanAsked, answer_plan),
    Answers(DeploymentLogAsked, answer_log, at_once=20),
    Answers(DeploymentHappeningsAsked, answer_happenings),
    Every(seconds=5, do=close_undecided),
    Every(seconds=60, do=keep_sealing_key),
    Watch("cluster", register_cluster),
    *(
        Restored(told, catch_up_with_own_event)
        for told in (
            DeploymentSucceeded,
            DeploymentFailed,
            DeploymentRollbackStarted,
            DeploymentRolledBack,
            DeploymentRemoved,
            DeploymentClosed,
            DeploymentCancelled,
        )
    ),
    Keeps(topics.DEPLOYMENTS, deployment.Deployment, deployment.evolve, fold=3),
    Keeps(topics.CLUSTERS, cluster.Cluster, cluster.evolve),
    Keeps(topics.SEALING_KEYS),
    Keeps(topics.SECRETS),
)
