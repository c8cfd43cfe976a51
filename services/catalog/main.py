"""Starts the catalog: the only place where its parts are put together."""

import asyncio
from collections.abc import AsyncIterator

from chassis.ledger import Motion, new_id
from chassis.run import run
from chassis.wiring import Service
from services.catalog.adapters.files.app_folders import AppFolders
from services.catalog.adapters.files.watch import watch
from services.catalog.adapters.mongo.apps import MongoApps
from services.catalog.domain.folder import Reading
from services.catalog.handlers import MOTIONS
from services.catalog.ports import World
from services.catalog.settings import CatalogSettings


def world_of(motion: Motion) -> World:
    """The World of one motion."""
    return World(record=motion.record, new_id=new_id, apps=MongoApps(motion))


def service() -> Service:
    """The catalog as its environment sets it."""
    settings = CatalogSettings()

    async def readings() -> AsyncIterator[Reading]:
        """What the folders say, at the start and at each change."""
        folders = AppFolders(settings.roots)
        async for _ in watch(*settings.roots):
            yield await asyncio.to_thread(folders.read)

    return Service("catalog", settings, MOTIONS, world_of, sources={"folders of apps": readings})


if __name__ == "__main__":
    run(service())
