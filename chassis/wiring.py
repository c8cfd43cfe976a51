"""What makes a service, in one shape for all: `main.py` of each builds one, for `run` and for whoever restores it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from chassis.clock import Clock
from chassis.ledger import Motion, Writer
from chassis.mongo import Database
from chassis.motions import Keeps, Row, Table
from chassis.passed_over import keeps_held
from chassis.settings import ServiceSettings

Source = Callable[[], AsyncIterator[Any]]


@dataclass(frozen=True)
class Service:
    """`world_of(motion)` builds the World of a motion; `sources` feed the `Watch` rows.

    `reading(running)` is what use cases of `Answers` rows are given in place of a World;
    `parts(running)` are parts of its own that run between the relay's start and the consumer's (`chassis.run`);
    `read_back(database)` takes from the log what a restore can't find in a ledger (`chassis.restore`).
    """

    name: str
    settings: ServiceSettings
    rows: Sequence[Row]
    world_of: Callable[[Motion], Any]
    sources: Mapping[str, Source] = field(default_factory=dict)
    reading: Callable[[Any], Any] | None = None
    parts: Callable[[Any], AbstractAsyncContextManager[None]] | None = None
    read_back: Callable[[Database], Awaitable[Any]] | None = None

    @property
    def table(self) -> Table:
        """Its rows, sorted out."""
        return Table(tuple(self.rows))

    def writer(self, clock: Clock) -> Writer:
        """Who records for it."""
        return writer_of(self.name, self.settings, self.table, clock)


def writer_of(service: str, settings: ServiceSettings, table: Table, clock: Clock, holder: str = "") -> Writer:
    """Who records for the service with this table: its own topics, and the one for held messages."""
    folds = {row.topic.name: row for row in table.of(Keeps)}
    held = keeps_held(service)
    folds[held.topic.name] = held
    return Writer(service, settings.origin, settings.oin, folds, clock, holder)
