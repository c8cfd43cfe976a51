"""What the tests of the views share: read models in memory, and the pages over them."""

import pytest

from services.gateway.web.layout.frame import AssetUrls, Frame
from tests.fakes.gateway_read import ReadModelsInMemory
from tests.fakes.gateway_site import FakeSite


@pytest.fixture
def models() -> ReadModelsInMemory:
    """Return empty read models."""
    return ReadModelsInMemory()


@pytest.fixture
def site() -> FakeSite:
    """Return the pages over empty read models."""
    return FakeSite()


@pytest.fixture
def frame() -> Frame:
    """Return a frame for nobody in particular."""
    return Frame(AssetUrls("/a.css", "/a.js", "/a.svg"), "/?lang=en")
