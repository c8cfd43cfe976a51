"""An object that the cluster refused: why, as precisely as its sentence tells."""

import pytest

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.doctor.refused_object import refused_object

QUOTA = (
    'persistentvolumeclaims "a" is forbidden: exceeded quota: team, requested: requests.storage=4Gi, '
    "used: requests.storage=14Gi, limited: requests.storage=16Gi"
)


@pytest.mark.parametrize(
    ("message", "cause", "fault"),
    [
        (
            "ValidatingAdmissionPolicy 'registries' with binding 'all' denied request: only images of our registry",
            Cause.ADMISSION_DENIED,
            Fault.CONFIGURATION,
        ),
        (
            'admission webhook "validate.kyverno.svc" denied the request: no latest tags',
            Cause.ADMISSION_DENIED,
            Fault.CONFIGURATION,
        ),
        (QUOTA, Cause.QUOTA_EXCEEDED, Fault.CONFIGURATION),
        (
            'no matches for kind "PodDisruptionBudget" in version "policy/v1beta1"',
            Cause.API_NOT_SERVED,
            Fault.PLATFORM,
        ),
        ("Invalid value: 99999", Cause.MANIFEST_INVALID, Fault.CONFIGURATION),
    ],
)
def test_a_refused_object_is_told_by_why(message: str, cause: Cause, fault: Fault) -> None:
    """A policy, a quota, a version that is not served, or else its fields."""
    found = refused_object("Deployment", "web", ".", message)
    assert (found.cause, found.fault) == (cause, fault)
