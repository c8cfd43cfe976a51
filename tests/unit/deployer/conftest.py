"""A fresh world for each test, on the tests' own cluster."""

from pathlib import Path

import pytest

from tests.fakes.deployer import FakeWorld

CLUSTER_FILE = Path(__file__).parent / "cluster.yaml"


@pytest.fixture
def fake() -> FakeWorld:
    """Nothing known, nothing deployed."""
    return FakeWorld(CLUSTER_FILE)
