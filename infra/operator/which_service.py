"""The service that an operator's command works for, set as its process is: by the environment, else as the local stack.

Outside the local stack the command runs where the service's own settings are, for example in its container.
"""

import importlib
import os

from chassis.wiring import Service
from infra.local import run_record
from infra.local.home import Home
from infra.local.keys import keep_keys
from infra.local.parts import stages
from infra.local.ports import Ports
from infra.local.run_record import READY
from infra.operator.database import NoDatabaseError


def service_of(name: str) -> Service:
    """The service of this name, as its `main` builds it.

    Raises:
        NoDatabaseError: neither the environment nor a running stack says where its parts are.
    """
    if "APPSTORE_MONGO" not in os.environ:
        os.environ.update(_as_in_the_stack(name))
    made: Service = importlib.import_module(f"services.{name}.main").service()
    return made


def is_ready_in_the_stack(name: str) -> bool:
    """Whether the local stack's own process of this service does its work now."""
    record = run_record.read_running(Home())
    return record is not None and name in record.parts and record.parts[name].state == READY


def _as_in_the_stack(name: str) -> dict[str, str]:
    home = Home()
    running = run_record.read_running(home)
    if running is None:
        raise NoDatabaseError
    plan = stages(Ports(running.port), home, keep_keys(home))
    return next(dict(part.environment) for stage in plan for part in stage.parts if part.name == name)
