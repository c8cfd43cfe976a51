"""`make test-containers`: the integration tests on Kafka and MongoDB in containers, through testcontainers.

The containers are started here and named to the tests by their addresses. Where there is no engine, or an image can't
be had, the reason is said in one sentence and the tier is skipped (exit code 0).
"""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from infra.docker.engine import Engine, NoEngineError, an_engine
from infra.local.home import CHECKOUT

# Of testcontainers' own kind: it starts Confluent's image of Kafka, in KRaft mode.
KAFKA = "confluentinc/cp-kafka:7.9.1"
MONGO = "mongo:8.0.17"
_PULL_SECONDS = 300
_TESTS_SECONDS = 900
_PRIMARY_SECONDS = 60
_MONGO_PORT = 27017


class NoImageError(Exception):
    """An image can't be had here; the text says which and why."""


def main() -> int:
    """Run them; the exit code is pytest's."""
    try:
        with an_engine() as engine:
            for image in (KAFKA, MONGO):
                _pull(engine, image)
            return _on_containers(engine)
    except (NoEngineError, NoImageError) as reason:
        sys.stdout.write(f"Skipped: {reason}\n")
        return 0


def _pull(engine: Engine, image: str) -> None:
    if engine.run("image", "inspect", image, check=False).returncode == 0:
        return
    try:
        pulled = engine.run("pull", "--quiet", image, within=_PULL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NoImageError(f"the image {image} did not come within {_PULL_SECONDS} seconds") from None
    if pulled.returncode != 0:
        raise NoImageError(f"the image {image} can't be had here: {pulled.stderr.strip().rsplit(': ', 1)[-1]}")


def _on_containers(engine: Engine) -> int:
    # Its clean-up container would be one more image; the blocks below end what they started.
    os.environ |= {"TESTCONTAINERS_RYUK_DISABLED": "true"} | ({"DOCKER_HOST": engine.address} if engine.address else {})
    from testcontainers.community.kafka import KafkaContainer  # noqa: PLC0415 - it reads the environment when imported

    with KafkaContainer(KAFKA).with_kraft() as kafka, _replica_set() as mongo:
        given = {"APPSTORE_TEST_KAFKA": kafka.get_bootstrap_server(), "APPSTORE_TEST_MONGO": mongo}
        return run_tests(given)


@contextlib.contextmanager
def _replica_set() -> Iterator[str]:
    """The address of a MongoDB that is a replica set of one, as transactions need it."""
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - it reads the environment when imported

    command = "--replSet rs0 --bind_ip_all --setParameter transactionLifetimeLimitSeconds=5"
    with DockerContainer(MONGO).with_command(command).with_exposed_ports(_MONGO_PORT) as container:
        host, port = container.get_container_host_ip(), container.get_exposed_port(_MONGO_PORT)
        address = f"mongodb://{host}:{port}/?directConnection=true"
        _initiate(address)
        yield address


def _initiate(address: str) -> None:
    client: MongoClient[dict[str, object]] = MongoClient(address, serverSelectionTimeoutMS=2000)
    deadline = time.monotonic() + _PRIMARY_SECONDS
    members = {"_id": "rs0", "members": [{"_id": 0, "host": f"localhost:{_MONGO_PORT}"}]}
    with client:
        while time.monotonic() < deadline:
            with contextlib.suppress(PyMongoError):
                if client.admin.command("hello").get("isWritablePrimary"):
                    return
                client.admin.command("replSetInitiate", members)
            time.sleep(0.3)
    raise NoImageError(f"{MONGO} did not become a replica set within {_PRIMARY_SECONDS} seconds")


def run_tests(given: dict[str, str]) -> int:
    """The integration tests that kill nothing, on these addresses, with Kafka's own settings and three partitions."""
    chosen = [f"tests/integration/{area}" for area in ("chassis", "compliance", "deployer", "gateway")]
    command = [sys.executable, "-m", "pytest", "--quiet", "-m", "integration and not kills", *chosen]
    environment = os.environ | {"BROKER": "apache", "APPSTORE_PARTITIONS": "3"} | given
    return subprocess.run(command, cwd=CHECKOUT, env=environment, check=False, timeout=_TESTS_SECONDS).returncode  # noqa: S603 - our own tests, no shell


if __name__ == "__main__":
    sys.exit(main())
