"""The cluster refused an object of the manifest: by a policy, a quota, a version it does not serve, or by its fields.

Called by the reconciler's use case with the API server's answer, before any pod is looked at.
"""

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.doctor.admission_denied import denied_by_policy
from services.deployer.domain.doctor.api_not_served import api_not_served
from services.deployer.domain.doctor.quota_exceeded import over_quota
from services.deployer.domain.health import Failure


def refused_object(kind: str, name: str, field: str, message: str) -> Failure:
    """Why, as precisely as the sentence tells."""
    found = denied_by_policy(kind, name, message) or over_quota(message) or api_not_served(name, message)
    return found or manifest_invalid(kind, name, field, message)


def manifest_invalid(kind: str, name: str, field: str, message: str) -> Failure:
    """It can't be built, or not as it is described."""
    return Failure(
        Cause.MANIFEST_INVALID,
        Fault.CONFIGURATION,
        {"kind": kind, "name": name, "field": field, "message": message},
    )
