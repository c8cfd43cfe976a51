"""The composition and the images, for `make test-images` alone: they need an engine, a compiler and minutes."""

import os
from collections.abc import Iterator

import pytest

from infra.docker.base import NoBaseError, base_image
from infra.docker.docker_compose import NoComposeError, compose_command
from infra.docker.engine import Engine, NoEngineError, an_engine

# Other runs do not even collect them.
collect_ignore_glob = [] if os.environ.get("APPSTORE_TEST_IMAGES") else ["test_*.py"]


@pytest.fixture(scope="session")
def compose() -> list[str]:
    """The words that run Docker Compose."""
    try:
        return compose_command()
    except NoComposeError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """A Docker engine, the running one or one of the tests' own."""
    try:
        with an_engine() as engine:
            yield engine
    except NoEngineError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def base(engine: Engine) -> str:
    """The image that the five are built on."""
    try:
        return base_image(engine)
    except NoBaseError as reason:
        pytest.skip(str(reason))
