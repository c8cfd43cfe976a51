"""Stops a service of the stack on this machine for a while, as when it hangs; it lives, and does nothing (SIGSTOP).

It goes on at the end of the block, however that ends. A demo that was killed itself can't see to that: the next one
begins by letting the service go on.
"""

import contextlib
import os
import signal
from collections.abc import Iterator

from infra.local import run_record
from infra.local.home import Home
from infra.local.ports import service_of


@contextlib.contextmanager
def paused(service: str, home: Home) -> Iterator[None]:
    """Every replica of the service does nothing inside the block."""
    try:
        _send(signal.SIGSTOP, service, home)
        yield
    finally:
        go_on(service, home)


def go_on(service: str, home: Home) -> None:
    """Let a service go on; one that was not stopped does not notice."""
    _send(signal.SIGCONT, service, home)


def _send(what: signal.Signals, service: str, home: Home) -> None:
    record = run_record.read_running(home)
    for name, part in record.parts.items() if record else ():
        if part.pid and service_of(name) == service:
            # It may die between the look and the signal; its successor was never stopped.
            with contextlib.suppress(ProcessLookupError):
                os.kill(part.pid, what)
