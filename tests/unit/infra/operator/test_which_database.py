"""Which database an operator's command reads."""

from pathlib import Path

import pytest

from infra.local.home import Home
from infra.operator.database import NoDatabaseError, address_of


def test_the_services_own_setting_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With APPSTORE_MONGO set, that is the database, whatever runs here."""
    monkeypatch.setenv("APPSTORE_MONGO", "mongodb://db.example.org:27017")
    assert address_of(Home(tmp_path)) == "mongodb://db.example.org:27017"


def test_without_a_stack_or_a_setting_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing runs and nothing is set, the command can say so instead of guessing a port."""
    monkeypatch.delenv("APPSTORE_MONGO", raising=False)
    with pytest.raises(NoDatabaseError):
        address_of(Home(tmp_path))
