"""What the tests of the pages share: every example of every page and component, rendered once."""

import pytest

from services.gateway.web.assets import Assets, load_assets
from services.gateway.web.preview import Rendered, render_components, render_pages


@pytest.fixture(scope="session")
def assets() -> Assets:
    """The files of this build."""
    return load_assets()


@pytest.fixture(scope="session")
def pages(assets: Assets) -> list[Rendered]:
    """Every example of every page, in both languages."""
    return list(render_pages(assets))


@pytest.fixture(scope="session")
def components() -> list[Rendered]:
    """Every example of every component, in both languages."""
    return list(render_components())
