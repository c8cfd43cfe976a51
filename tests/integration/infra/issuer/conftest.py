"""Starts the real issuer, as a process of its own."""

from collections.abc import Iterator

import pytest

from tests.fakes.issuer_process import IssuerProcess


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IssuerProcess]:
    """Return a running issuer with a data folder of its own."""
    with IssuerProcess(tmp_path_factory.mktemp("issuer"), public_url="http://127.0.0.1:8400") as process:
        yield process
