"""The folders of apps were read: publish what changed since the last time, and nothing when nothing did."""

import structlog

from services.catalog.domain.changes import what_changed
from services.catalog.domain.folder import Reading
from services.catalog.ports import World

log = structlog.get_logger(__name__)


async def publish_changes(reading: Reading, world: World) -> None:
    """Record the events between what readers of the log believe and what the folders say. A new folder gets its id."""
    known = {state.name: state for state in await world.apps.all() if state.name is not None}
    for folder in reading.folders:
        state = known.get(folder.name)
        for said in what_changed(folder, state, state.app if state else world.new_id()):
            await world.record(said)
    for name in reading.gone(known):
        for said in what_changed(None, known[name], known[name].app):
            await world.record(said)
    for problem in reading.problems:
        log.warning(
            "an app can't be read", file=problem.file, field=problem.field, what=problem.what, then=problem.what_now
        )
