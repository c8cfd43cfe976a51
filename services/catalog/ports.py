"""What the catalog's use cases need of the outside, and the World that holds one of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chassis.motions import Record
from services.catalog.domain.app import AppState


class Apps(Protocol):
    """What was published of each app."""

    async def all(self) -> list[AppState]:
        """Every app ever published, withdrawn ones too."""
        ...


@dataclass(frozen=True)
class World:
    """Everything a use case may touch, inside one motion."""

    record: Record
    new_id: Callable[[], str]
    apps: Apps
