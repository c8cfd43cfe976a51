"""`make up` with stand-ins for the real parts: same supervisor, same command line, nothing heavy behind it."""

import json
import sys

from infra.local.home import Home
from infra.local.keys import StackKeys
from infra.local.part import Part, Stage
from infra.local.ports import Ports
from infra.local.ready import Facts, NotReady, ReadyCheck, get, http_answers
from infra.local.up import main


def plan(ports: Ports, home: Home, _keys: StackKeys) -> tuple[Stage, ...]:
    """The stages of the real stack, with two services."""

    def stand_in(name: str, port: int, *more: str) -> tuple[str, ...]:
        module = "tests.integration.infra.stand_in"
        return (sys.executable, "-m", module, name, str(port), "--folder", str(home.root), *more)

    def service(name: str, *more: str) -> Part:
        port = ports.health(name)
        return Part(name, stand_in(name, port, *more), http_answers(port), stop_within=0.5)

    database = Part("database", stand_in("database", ports.database), http_answers(ports.database))
    broker = Part("broker", stand_in("broker", ports.broker), pid_as_cluster_id(ports.broker))
    topics = Part("topics", (sys.executable, "-c", "print('topics created')"), None)
    return (
        Stage("database", (database,)),
        Stage("broker", (broker,), carries_the_rest=True),
        Stage("topics", (topics,)),
        Stage("services", (service("catalog"), service("gateway", "--stubborn"))),
    )


def pid_as_cluster_id(port: int) -> ReadyCheck:
    """Like the real broker, whose cluster id is another one at each start."""

    async def check() -> Facts:
        status, body = get(port, "/ready")
        if status == 0:
            raise NotReady(body)
        return {"cluster_id": str(json.loads(body)["pid"])}

    return check


if __name__ == "__main__":
    sys.exit(main(plan=plan))
