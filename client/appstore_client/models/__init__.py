"""The objects of the API, as this client reads them."""

from appstore_client.models.app import App, AppCard, AppVersion
from appstore_client.models.base import ApiModel, Page
from appstore_client.models.deployment import Deployment, Failure, Revision, Running, TimelineEntry, Wish
from appstore_client.models.diagnosis import Diagnosis, Evidence, Finding, Quarantined
from appstore_client.models.operation import Objection, Operation, OperationProblem, Restored
from appstore_client.models.person import Me, Membership
from appstore_client.models.plan import Plan, PlannedField, PlannedObject, ResourceUse
from appstore_client.models.review import Proof, Review
from appstore_client.models.scorecard import Result, Score, Scorecard

__all__ = [
    "ApiModel",
    "App",
    "AppCard",
    "AppVersion",
    "Deployment",
    "Diagnosis",
    "Evidence",
    "Failure",
    "Finding",
    "Me",
    "Membership",
    "Objection",
    "Operation",
    "OperationProblem",
    "Page",
    "Plan",
    "PlannedField",
    "PlannedObject",
    "Proof",
    "Quarantined",
    "ResourceUse",
    "Restored",
    "Result",
    "Review",
    "Revision",
    "Running",
    "Score",
    "Scorecard",
    "TimelineEntry",
    "Wish",
]
