"""The first thing a newcomer runs: what it says when it cannot go on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.home import CHECKOUT

pytestmark = pytest.mark.integration


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that nothing has been installed in, with the files that an installation reads."""
    (tmp_path / "infra").mkdir()
    for name in ("infra/install.py", "Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(CHECKOUT / name, tmp_path / name)
    return tmp_path


def run(command: list[str], folder: Path, path: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end with this PATH."""
    environment = {"PATH": path, "HOME": str(folder)}
    return subprocess.run(  # noqa: S603 - our own commands, no shell
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=30, check=False
    )


def test_a_missing_ensurepip_names_the_package(checkout: Path) -> None:
    """Debian's Python comes without it: one line says which package brings it."""
    without = (
        "import runpy, sys; sys.modules['ensurepip'] = None; runpy.run_path('infra/install.py', run_name='__main__')"
    )
    refused = run([sys.executable, "-c", without], checkout, os.environ["PATH"])
    assert refused.returncode == 1
    assert len(refused.stdout.splitlines()) == 1
    assert "python3.11-venv" in refused.stdout


def test_a_machine_without_python_311_is_told_so(checkout: Path) -> None:
    """With another Python, or none, `make` says in one line what to install."""
    tools = checkout / "bin"
    tools.mkdir()
    for name in ("make", "sh"):
        (tools / name).symlink_to(shutil.which(name) or name)
    other = tools / "python3"
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    refused = run(["make", "up"], checkout, str(tools))
    assert refused.returncode != 0
    assert refused.stdout.splitlines() == [
        "Python 3.11 is needed, and neither python3.11 nor python3 is that. Install it first."
    ]


def test_help_lists_every_command(checkout: Path) -> None:
    """`make help` needs nothing but make and a shell, and shows each target with what it does."""
    tools = checkout / "bin"
    tools.mkdir()
    for name in ("make", "sh"):
        (tools / name).symlink_to(shutil.which(name) or name)
    shown = run(["make", "help"], checkout, str(tools)).stdout
    for target in ("up", "down", "status", "reset", "demo", "test", "check", "lint", "lock", "export"):
        assert f"make {target} " in shown
