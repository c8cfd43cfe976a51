"""The database's disk is full: no message is to blame, nothing is held or lost, and room brings all back."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.health import Readiness
from chassis.ledger import new_id
from chassis.mongo import DatabaseError
from contracts import topics
from tests.fakes.chassis_messages import app_published, review_submitted, sent
from tests.fakes.chassis_on_the_wire import answered, answers, send
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import READER, Parts, living, service, settings_for, until

pytestmark = pytest.mark.integration

SIZE = 64


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 64 MB. Only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(  # noqa: S603 - fixed words and a folder of this test
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(folder)],  # noqa: S607 - the system's own mount
        check=False,
        capture_output=True,
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)  # noqa: S603, S607 - what was mounted above


async def fill(disk: Path, parts: Parts) -> Path:
    """Leave no room on the disk, and have the database use up what it reserved; the file that takes the room."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free)
    with contextlib.suppress(DatabaseError):
        while True:
            await parts.database.collection("ballast").insert_one({"bytes": os.urandom(500_000)})
    return ballast


async def test_a_full_disk_holds_and_loses_nothing(broker: BrokerProcess, small_disk: Path) -> None:
    """Requests made while the disk is full wait on the log, /ready says why, and with room they are answered once."""
    app, readiness = new_id(), Readiness("community")
    with DatabaseProcess(small_disk / "data") as database:
        community = service("community", READER, database.url, "full")
        async with living(community, settings_for(broker.bootstrap, database.url), readiness) as alive:
            await send(broker.bootstrap, sent(app_published(app)), sent(review_submitted(app)))
            await until(lambda: answered(alive, 1), "the first request is answered")
            ballast = await fill(small_disk, alive)
            await send(broker.bootstrap, *(sent(review_submitted(app, seconds=600)) for _ in range(30)))
            await until(lambda: said(readiness), "/ready says that the database is the trouble")
            await until(lambda: ended(database), "the database ends, to be opened anew")
            ballast.unlink()
            database.start()
            await until(lambda: answered(alive, 31), "all are answered", within=30)
            assert await alive.stored("held") == []
            assert await answers(alive) == len({entry["key"] for entry in await alive.ledger(topics.REVIEWS)})
        community.database.close()


async def said(readiness: Readiness) -> bool:
    """Whether /ready names the database."""
    return any("database" in reason for reason in readiness.report()["reasons"])


async def ended(database: DatabaseProcess) -> bool:
    """Whether the process of the database ended."""
    return not database.answers()
