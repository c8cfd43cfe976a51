"""A folder of apps on disk, filled and broken by the tests beside it."""

from pathlib import Path

import pytest

from tests.unit.catalog.an_app import APP, VERSION, AddApp


@pytest.fixture
def add_app(tmp_path: Path) -> AddApp:
    """Put an app into the folder of apps `tmp_path`, with one file per version."""

    def add(name: str, *versions: str, app: str = APP, version: str = VERSION) -> Path:
        folder = tmp_path / name
        (folder / "versions").mkdir(parents=True, exist_ok=True)
        (folder / "app.yaml").write_text(app.replace("NAME", name))
        for tag in versions or ("1.0.0",):
            (folder / "versions" / f"{tag}.yaml").write_text(version.replace("VERSION", tag))
        return folder

    return add
