"""What the use cases of compliance are tested with."""

import pytest

from tests.fakes.compliance import FakeCompliance


@pytest.fixture
def compliance() -> FakeCompliance:
    """A compliance service with the shipped policies and nothing heard yet."""
    return FakeCompliance()
