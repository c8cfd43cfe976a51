"""A control plane that can't start says why, and leaves nothing running."""

import socket
from pathlib import Path

import psutil
import pytest

from infra.kubernetes.control_plane import ControlPlaneError, control_plane


async def test_a_part_that_ends_is_named_with_its_last_words(tmp_path: Path) -> None:
    """When the API server's port is taken, the error names it and shows what it wrote, and etcd is stopped again."""
    before = {child.pid for child in psutil.Process().children()}
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ControlPlaneError, match=r"(?s)kube-apiserver did not become ready.*address already in use"):
            async with control_plane(tmp_path, port=other.getsockname()[1]):
                pytest.fail("it started")
    assert {child.pid for child in psutil.Process().children()} <= before
