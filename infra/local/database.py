"""Start the embedded document database: SecantusDB, which speaks the MongoDB protocol and keeps its files here.

A launcher of our own, because settings that the platform's promises need have no flag in theirs, and because their own
sweep of expired documents keeps its snapshot of the data until the next one. What was overwritten since can't be let go
then: with twenty requests a second each command takes five times as long before the minute is over.
"""

import argparse
import logging
import os
import shutil
import signal
import threading
import time
from pathlib import Path
from types import FrameType

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError
from secantus.server import SecantusDBServer

from infra.local.ports import HOST

# An open transaction of a killed service blocks its documents until this many seconds have passed; the default
# (60, as MongoDB's) would make everybody wait a minute.
TRANSACTION_LIFETIME = 5

ROOM = 16 * 1024 * 1024
"""Bytes that must be free before the files are opened: with less, opening them fails too."""

_LOOK_SECONDS = 2.0
SWEEP_SECONDS = 60.0
"""Between two removals of what expired, as MongoDB's."""
_INTERNAL_ERROR = 1
STORAGE_FAILED = 74

log = logging.getLogger(__name__)


def serve(port: int, data: Path, sweep_seconds: float = SWEEP_SECONDS) -> None:
    """Serve the files in `data` on `port` until SIGTERM or SIGINT; what expired goes every `sweep_seconds`."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    _wait_for_room(data)
    server = SecantusDBServer(
        host=HOST,
        port=port,
        storage_path=str(data),
        # What was committed survives kill -9.
        sync_on_commit=True,
        transaction_lifetime_seconds=TRANSACTION_LIFETIME,
        enable_test_commands=False,
        ttl_sweep_seconds=0,
    )
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    server.start()
    threading.Thread(target=_look_after, args=(port, sweep_seconds), daemon=True).start()
    stop.wait()
    server.stop()


def _wait_for_room(data: Path) -> None:
    while (free := shutil.disk_usage(data).free) < ROOM:
        log.warning("the disk of %s is full: %d bytes free, waiting for %d", data, free, ROOM)
        time.sleep(_LOOK_SECONDS)


def _look_after(port: int, sweep_seconds: float) -> None:
    """End when the storage failed, and have what expired removed.

    A storage engine that could not write (a full disk) answers nothing but errors until it is opened anew. The sweep is
    asked for over the wire, since whoever asks so holds no snapshot afterwards.
    """
    client: MongoClient[dict[str, object]] = MongoClient(f"mongodb://{HOST}:{port}/?directConnection=true")
    swept = time.monotonic()
    while True:
        time.sleep(min(_LOOK_SECONDS, sweep_seconds))
        try:
            client["appstore_stack"]["ready"].find_one({})
            if time.monotonic() - swept >= sweep_seconds:
                client.admin.command("secantusAdmin.pruneTtl")
                swept = time.monotonic()
        except OperationFailure as error:
            if error.code == _INTERNAL_ERROR:
                log.critical("the storage failed, probably on a full disk; it has to be opened anew")
                os._exit(STORAGE_FAILED)
        except PyMongoError:
            continue


def main() -> None:
    """Read the command line and serve."""
    arguments = argparse.ArgumentParser(description="Start the embedded document database.")
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument(
        "--sweep-seconds", type=float, default=SWEEP_SECONDS, help="between removals of what expired"
    )
    given = arguments.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    serve(given.port, given.data, given.sweep_seconds)


if __name__ == "__main__":
    main()
