"""Starts the issuer: `python -m infra.local.issuer`, configured by the variables that `settings.py` names."""

import logging
import signal
import sys

import uvicorn

from infra.local.issuer.app import build_app
from infra.local.issuer.server import Issuer
from infra.local.issuer.settings import NotLoopbackError, read_settings

EXIT_CONFIG = 78
"""EX_CONFIG of sysexits.h."""


def main() -> int:
    """Serve until SIGTERM, then exit 0. Returns 78 when the settings are missing or unsafe."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    # Authlib writes whole tokens at level DEBUG.
    logging.getLogger("authlib").setLevel(logging.WARNING)
    try:
        settings = read_settings()
    except NotLoopbackError as error:
        sys.stderr.write(f"issuer: {error}\n")
        return EXIT_CONFIG
    except KeyError as error:
        sys.stderr.write(f"issuer: set {error.args[0]}\n")
        return EXIT_CONFIG
    # uvicorn raises the signal again once it has stopped; an asked-for end is not a failure.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))
    app = build_app(Issuer(settings))
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        limit_concurrency=100,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
