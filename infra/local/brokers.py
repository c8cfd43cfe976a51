"""Which event log the stack runs on: `BROKER=tansu`, embedded and in memory, or `BROKER=apache`, on disk, with Java.

What differs between the two is said here alone: how it starts, whether its log outlives it, what services are told.
"""

import os
import sys

from infra.local.home import Home
from infra.local.part import Part, Stage
from infra.local.ports import Ports
from infra.local.ready import broker_answers

TANSU, APACHE = "tansu", "apache"


def broker_name() -> str:
    """The broker that the environment asks for.

    Raises:
        ValueError: it names one that the stack does not have.
    """
    name = os.environ.get("BROKER") or TANSU
    if name not in {TANSU, APACHE}:
        raise ValueError(f"BROKER={name} is not known here; the stack has {TANSU} and {APACHE}")
    return name


def broker_stage(ports: Ports, home: Home, advertised: str) -> Stage:
    """The broker's stage; clients are sent to `advertised` (host:port).

    Services ride out the death of a broker that keeps its log; without it they start anew.
    """
    ready = broker_answers(ports.broker)
    port = ("--port", str(ports.broker), "--advertised", advertised)
    if broker_name() == APACHE:
        apache = (sys.executable, "-m", "infra.kafka.apache", *port, "--data", str(home.data / "kafka"))
        return Stage("broker", (Part("broker", apache, ready),))
    tansu = (sys.executable, "-m", "infra.local.broker", *port)
    # It waits for its clients before it ends; they are gone by then, or lost.
    return Stage("broker", (Part("broker", tansu, ready, stop_within=3.0),), carries_the_rest=True)


def told_about_the_broker() -> dict[str, str]:
    """What every service is told because of the broker, unless the environment says otherwise."""
    if broker_name() == APACHE:
        # Six seconds is the shortest session that Apache Kafka allows.
        told = {"IDEMPOTENT": "true", "SESSION_TIMEOUT_MS": "6000", "HEARTBEAT_MS": "1000"}
        # It answers a fetch as soon as there is something.
        told["FETCH_WAIT_MS"] = "2000"
    else:
        # A killed service has its partitions back in half the time; the embedded broker allows what Kafka does not.
        told = {"IDEMPOTENT": "false", "SESSION_TIMEOUT_MS": "3000", "HEARTBEAT_MS": "300"}
    return {f"APPSTORE_{name}": os.environ.get(f"APPSTORE_{name}", value) for name, value in told.items()}
