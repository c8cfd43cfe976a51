"""What the use cases of compliance are tested with."""

import pytest

from services.compliance.domain.known_cluster import known
from tests.fakes.compliance import FakeCompliance, FakeKnownClusters
from tests.fakes.compliance_examples import CLUSTER, registered


@pytest.fixture
def compliance() -> FakeCompliance:
    """A compliance service with the shipped policies that heard of the cluster, and of nothing else yet."""
    return FakeCompliance(clusters=FakeKnownClusters({CLUSTER: known(registered())}))
