"""The secrets of an embedded stack."""

import stat
from pathlib import Path

from infra.local.home import Home
from infra.local.keys import keep_keys


def test_keys_are_made_once(tmp_path: Path) -> None:
    """A stack that starts again is the same installation, with the same keys."""
    home = Home(tmp_path)
    home.make()
    first = keep_keys(home)
    key = first.platform_key_file.read_text()
    assert keep_keys(home) == first
    assert first.platform_key_file.read_text() == key


def test_only_the_owner_reads_the_keys(tmp_path: Path) -> None:
    """Neither the files nor the folder is open to anybody else."""
    home = Home(tmp_path / "stack")
    home.make()
    keys = keep_keys(home)
    for secret in (keys.platform_key_file, keys.web_client_secret_file):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.data.stat().st_mode) == 0o700
