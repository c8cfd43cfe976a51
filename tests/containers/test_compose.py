"""The composition as Docker Compose reads it: nothing that protects has a default, and everything is fenced."""

import json
import os
import subprocess
from typing import Any

import pytest

from contracts.topics import SERVICES
from infra.local.home import CHECKOUT

GIVEN = {
    "APPSTORE_ORIGIN": "019abf00-0000-7000-8000-000000000001",
    "APPSTORE_OIN": "00000099999999990000",
    "APPSTORE_KAFKA_CLUSTER_ID": "AAAAAAAAAAAAAAAAAAAAAA",
    "APPSTORE_PUBLIC_URL": "https://store.example.org",
    "APPSTORE_ISSUER": "https://login.example.org",
    "APPSTORE_SECRETS": "secrets",
}


def config(compose: list[str], given: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """What Docker Compose makes of the file with these variables and no other."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **given}
    command = [*compose, "--env-file", os.devnull, "--file", "docker-compose.yml", "config", "--format", "json"]
    return subprocess.run(  # noqa: S603 - no shell
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture(scope="module")
def composition(compose: list[str]) -> dict[str, Any]:
    """The whole composition, every variable filled in."""
    read = config(compose, GIVEN)
    assert read.returncode == 0, read.stderr
    return dict(json.loads(read.stdout))


@pytest.mark.parametrize("missing", sorted(GIVEN))
def test_what_only_the_operator_knows_has_no_default(compose: list[str], missing: str) -> None:
    """Without any one of them nothing starts, and the message says which and what to set it to."""
    read = config(compose, {name: value for name, value in GIVEN.items() if name != missing})
    assert read.returncode != 0
    assert missing in read.stderr
    assert "set it to" in read.stderr


def test_everything_is_fenced(composition: dict[str, Any]) -> None:
    """No part has a capability, may gain one, runs as root, or may take all memory, cores or processes."""
    for name, part in composition["services"].items():
        assert part["cap_drop"] == ["ALL"], name
        assert part["security_opt"] == ["no-new-privileges:true"], name
        assert int(part["mem_limit"]) > 0, name
        assert float(part["cpus"]) > 0, name
        assert part["pids_limit"] > 0, name
        assert part.get("user", "").split(":")[0] not in {"0", "root"}, name
        assert ":" in part["image"], name
        assert not part["image"].endswith(":latest"), name


def test_the_services_have_a_read_only_root(composition: dict[str, Any]) -> None:
    """Each of the five writes nothing but to its database, and is built from the one Dockerfile by its name."""
    for name in SERVICES:
        service = composition["services"][name]
        assert service["read_only"] is True
        assert service["build"]["args"] == {"SERVICE": name}
        assert service["build"]["dockerfile"] == "infra/docker/Dockerfile"


def test_only_the_gateway_is_reached_from_outside(composition: dict[str, Any]) -> None:
    """One port is published, on loopback; everything else shares a network that leads nowhere."""
    published = {name: part["ports"] for name, part in composition["services"].items() if part.get("ports")}
    assert list(published) == ["gateway"]
    assert [port["host_ip"] for port in published["gateway"]] == ["127.0.0.1"]
    assert composition["networks"]["inside"]["internal"] is True
    outside = [name for name, part in composition["services"].items() if "outside" in part["networks"]]
    assert outside == ["gateway"]


def test_secrets_are_files(composition: dict[str, Any]) -> None:
    """No value of an environment is a password or a key, and only the gateway and its database get what they need."""
    for name, part in composition["services"].items():
        for variable, value in (part.get("environment") or {}).items():
            secret = any(word in variable for word in ("PASSWORD", "SECRET", "KEY", "MONGO"))
            assert not secret or variable.endswith(("_FILE", "_USERNAME")), (name, variable, value)
    for file, holder in {"platform_key": "gateway", "secrets_key": "deployer"}.items():
        holders = {name for name, part in composition["services"].items() if file in str(part.get("secrets"))}
        assert holders == {holder}
