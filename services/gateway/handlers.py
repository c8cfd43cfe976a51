"""What sets the gateway in motion: the log, folded into read models and audited; and the requests it writes."""

from chassis.motions import Asks, Keeps, Restored, Row
from contracts import topics
from contracts.community.requests import ReviewSubmitted
from contracts.compliance.requests import EvidenceSubmitted
from contracts.deployments.logs import DeploymentHappeningsAsked, DeploymentLogAsked
from contracts.deployments.questions import DeploymentPlanAsked
from contracts.deployments.requests import DeploymentCancelRequested, DeploymentRemovalRequested, DeploymentRequested
from services.gateway.accept.read_back import restore_request
from services.gateway.accept.request_state import Requested, evolve
from services.gateway.audit.append import AUDIT_LOG
from services.gateway.identity import erased
from services.gateway.readmodels.store import MODELS

MOTIONS: tuple[Row, ...] = (
    *MODELS,
    AUDIT_LOG,
    Keeps(topics.DEPLOYMENT_REQUESTS, Requested, evolve),
    Keeps(topics.EVIDENCE_REQUESTS, Requested, evolve),
    Keeps(topics.REVIEW_REQUESTS, Requested, evolve),
    Keeps(topics.SIGN_INS),
    Keeps(topics.PEOPLE, erased.Erased, erased.evolve),
    Asks(DeploymentPlanAsked),
    Asks(DeploymentLogAsked),
    Asks(DeploymentHappeningsAsked),
    Restored(DeploymentRequested, restore_request),
    Restored(DeploymentRemovalRequested, restore_request),
    Restored(DeploymentCancelRequested, restore_request),
    Restored(EvidenceSubmitted, restore_request),
    Restored(ReviewSubmitted, restore_request),
)
