"""The embedded database removes what expired, by the launcher's own sweep: the engine's keeps a snapshot in between."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from tests.e2e.eventually import eventually
from tests.fakes.chassis_processes import DatabaseProcess

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_what_expired_is_removed_and_nothing_else(tmp_path: Path) -> None:
    """A document goes once its time has passed; one whose time is to come stays."""
    with DatabaseProcess(tmp_path, "--sweep-seconds", "0.2") as database:
        client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(database.url)
        sessions = client["appstore_test"]["sessions"]
        await sessions.create_index("until", expireAfterSeconds=0)
        now = datetime.now(UTC)
        await sessions.insert_one({"_id": "over", "until": now - timedelta(minutes=1)})
        await sessions.insert_one({"_id": "to come", "until": now + timedelta(hours=1)})

        async def left() -> list[object]:
            return [found["_id"] async for found in sessions.find({})]

        assert await eventually(left, lambda ids: "over" not in ids, 10, "the expired document goes") == ["to come"]
        client.close()
