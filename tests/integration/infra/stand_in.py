"""A tiny process that takes the place of a part: it answers `/ready`, and can be made to end in several ways.

SIGUSR1 makes it exit with 75, as a service does when the log began anew, SIGUSR2 with 78, as on an older database. With
`--stubborn` it ignores SIGTERM.
It appends its name to `stopped.txt` in `--folder` when it stops as asked.
"""

import argparse
import http.server
import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType

FIGURES = {"lag": 1, "backlog": 2, "held": 3, "waiting": 4}

STANDING = {"role": "leader", "partitions": 4}


class Answers(http.server.BaseHTTPRequestHandler):
    """Every path is answered with what a ready service says."""

    def do_GET(self) -> None:
        """Say that this part is ready."""
        body = json.dumps(
            {
                "service": "stand-in",
                "ready": True,
                "reasons": [],
                "epoch": "",
                "pid": os.getpid(),
                **STANDING,
                **FIGURES,
            }
        )
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Say nothing about requests: a test looks at the last lines of the log."""


def main() -> None:
    """Serve until told to end."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("name")
    arguments.add_argument("port", type=int)
    arguments.add_argument("--folder", type=Path, required=True)
    arguments.add_argument("--stubborn", action="store_true")
    given = arguments.parse_args()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if given.stubborn:
            return
        with (given.folder / "stopped.txt").open("a", encoding="utf-8") as file:
            file.write(given.name + "\n")
        sys.exit(0)

    def epoch_changed(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(75)

    signal.signal(signal.SIGTERM, stop)

    def ledger_short(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(78)

    signal.signal(signal.SIGUSR1, epoch_changed)
    signal.signal(signal.SIGUSR2, ledger_short)
    server = http.server.HTTPServer(("127.0.0.1", given.port), Answers)
    sys.stdout.write(f"{given.name} is here\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
