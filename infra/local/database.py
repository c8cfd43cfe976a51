"""Start the embedded document database: SecantusDB, which speaks the MongoDB protocol and keeps its files here.

A launcher of our own, because two settings that the platform's promises need have no flag in theirs.
"""

import argparse
import logging
import signal
import threading
from pathlib import Path
from types import FrameType

from secantus.server import SecantusDBServer

from infra.local.ports import HOST

# An open transaction of a killed service blocks its documents until this many seconds have passed; the default
# (60, as MongoDB's) would make everybody wait a minute.
TRANSACTION_LIFETIME = 5


def serve(port: int, data: Path) -> None:
    """Serve the files in `data` on `port` until SIGTERM or SIGINT."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = SecantusDBServer(
        host=HOST,
        port=port,
        storage_path=str(data),
        # What was committed survives kill -9.
        sync_on_commit=True,
        transaction_lifetime_seconds=TRANSACTION_LIFETIME,
        enable_test_commands=False,
    )
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    server.start()
    stop.wait()
    server.stop()


def main() -> None:
    """Read the command line and serve."""
    arguments = argparse.ArgumentParser(description="Start the embedded document database.")
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--data", type=Path, required=True)
    given = arguments.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    serve(given.port, given.data)


if __name__ == "__main__":
    main()
