"""Golden examples are a memory: git shows that none was ever rewritten."""

import shutil
import subprocess

import pytest

from infra.export.__main__ import ROOT


def test_no_example_was_ever_rewritten() -> None:
    """In the history of the checkout each example was added once and changed never."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("there is no history to look at")
    arguments = [
        "log",
        "--diff-filter=M",
        "--no-renames",
        "--format=",
        "--name-only",
        "--",
        "contracts/export/examples",
    ]
    changed = subprocess.run([git, "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 - git itself
    assert changed.stdout.split() == []
