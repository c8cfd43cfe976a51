"""The gateway's sign-in routes in a small application, with the real issuer process beside it."""

from collections.abc import Iterator

import pytest

from tests.fakes.issuer_process import IssuerProcess

GATEWAY = "http://127.0.0.1:8400"
"""Nothing listens there: the tests' browser takes requests for it to the application itself."""


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IssuerProcess]:
    """Return a running issuer that knows this gateway."""
    with IssuerProcess(tmp_path_factory.mktemp("issuer"), public_url=GATEWAY) as process:
        yield process
