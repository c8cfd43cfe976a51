"""What an operator can set for the catalog."""

import os
from pathlib import Path

from chassis.settings import ServiceSettings

SHIPPED = Path(__file__).parent / "apps"


class CatalogSettings(ServiceSettings):
    """The settings of the catalog."""

    apps_dir: str = str(SHIPPED)
    """Folders of apps, separated as in PATH. The default is the five apps that come with the platform."""

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders of apps."""
        return tuple(Path(part) for part in self.apps_dir.split(os.pathsep) if part)
