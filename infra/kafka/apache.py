"""Start Apache Kafka on this machine alone: one node that is broker and controller (KRaft), its log in a folder.

For tests and for `BROKER=apache make up`; production has a cluster of its own. Unlike the embedded broker it keeps its
log, and with it its cluster id: after a restart, also after kill -9, it is the same epoch.
"""

import argparse
import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

from infra.kafka.libraries import MissingProgramError, java, libraries
from infra.local.ports import HOST, free_port

# What starts soonest and stays smallest; a broker for one machine's tests is never hot for long.
_JVM = ("-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_QUIET = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"


def properties(port: int, controller: int, data: Path, advertised: str) -> str:
    """The broker's settings. The controller's port may differ from start to start: nobody else asks for it."""
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{HOST}:{controller}",
        "listeners": f"PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller}",
        "advertised.listeners": f"PLAINTEXT://{advertised}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data / "log",
        "auto.create.topics.enable": "false",
        # One node holds one copy.
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        # The controller waits that long for a broker that was killed before it lets the next one in.
        "broker.session.timeout.ms": 2000,
        "broker.heartbeat.interval.ms": 500,
        # It waits three seconds for more members otherwise, and a service is one of one.
        "group.initial.rebalance.delay.ms": 0,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def command(port: int, data: Path, advertised: str | None = None) -> list[str]:
    """The program and its arguments; an empty folder is formatted first, with a cluster id of its own.

    Clients are sent to `advertised` (host:port), or to where it listens.

    Raises:
        MissingProgramError: there is no Java or no Maven.
        subprocess.CalledProcessError: the folder can't be formatted, or Maven can't resolve the classes.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = data / "server.properties"
    settings.write_text(properties(port, free_port(), data, advertised or f"{HOST}:{port}"), encoding="utf-8")
    virtual_machine = [java(), *_JVM, _QUIET, "-cp", f"{libraries()}/*"]
    if not (data / "log" / "meta.properties").is_file():
        format_it = ["kafka.tools.StorageTool", "format", "--cluster-id", _new_cluster_id(), "--config", str(settings)]
        subprocess.run([*virtual_machine, *format_it], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - no shell
    return [*virtual_machine, "kafka.Kafka", str(settings)]


def _new_cluster_id() -> str:
    """Sixteen bytes in Kafka's own way of writing them; it may not begin with a dash."""
    return base64.urlsafe_b64encode(b"\0" + secrets.token_bytes(15)).decode().rstrip("=")


def main() -> None:
    """Become the broker."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--data", type=Path, required=True, help="folder that keeps the log")
    arguments.add_argument("--advertised", default=None, help="host:port that clients are sent to, if another")
    given = arguments.parse_args()
    try:
        program = command(given.port, given.data.resolve(), given.advertised)
    except (MissingProgramError, subprocess.CalledProcessError) as error:
        sys.exit(str(error))
    os.execv(program[0], program)  # noqa: S606 - the broker itself, and no shell is wanted


if __name__ == "__main__":
    main()
