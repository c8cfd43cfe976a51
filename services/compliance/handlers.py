"""What sets compliance in motion, and what it keeps."""

from chassis.motions import Every, Keeps, On
from contracts import topics
from contracts.apps.events import AppPublished, AppWithdrawn, VersionPublished, VersionWithdrawn
from contracts.clusters.events import ClusterRegistered
from contracts.compliance.requests import EvidenceSubmitted
from contracts.deployments.requests import DeploymentRequested
from services.compliance.domain import evidence, gate, policy, score
from services.compliance.usecases.decide_deployment import decide_deployment
from services.compliance.usecases.expire_evidence import expire_evidence
from services.compliance.usecases.record_evidence import record_evidence
from services.compliance.usecases.refuse_skipped_evidence import refuse_skipped_evidence
from services.compliance.usecases.remember_app import remember_app
from services.compliance.usecases.remember_cluster import remember_cluster
from services.compliance.usecases.rescore_everything import rescore_everything
from services.compliance.usecases.score_version import score_version
from services.compliance.usecases.withdraw_version import withdraw_version

MOTIONS = (
    On(AppPublished, remember_app),
    On(AppWithdrawn, remember_app),
    On(VersionPublished, score_version),
    On(VersionWithdrawn, withdraw_version),
    On(ClusterRegistered, remember_cluster),
    On(EvidenceSubmitted, record_evidence, skipped=refuse_skipped_evidence),
    On(DeploymentRequested, decide_deployment),
    Every(2, rescore_everything),
    Every(3600, expire_evidence),
    Keeps(topics.RULES, policy.RuleState, policy.evolve),
    Keeps(topics.VERDICTS, score.VerdictState, score.evolve),
    Keeps(topics.EVIDENCE, evidence.EvidenceState, evidence.evolve),
    Keeps(topics.DECISIONS, gate.DecisionState, gate.evolve),
)
