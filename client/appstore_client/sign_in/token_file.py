"""Keeps tokens per address in `$XDG_CONFIG_HOME/appstore/tokens.json`, readable by this user alone."""

import json
import os
from pathlib import Path
from typing import Any

from appstore_client.sign_in.discovery import Issuer
from appstore_client.sign_in.token_answer import Tokens

_OWNER_ONLY, _OWNER_ONLY_FOLDER = 0o600, 0o700


def default_path() -> Path:
    """Return the file of this user (XDG Base Directory Specification)."""
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "appstore" / "tokens.json"


class TokenFile:
    """The tokens of every address this user signed in at."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or default_path()

    def read(self, address: str) -> tuple[Issuer, Tokens] | None:
        """Return what was kept for an address; an unreadable file counts as empty."""
        kept = self._all().get(address)
        try:
            return (Issuer(**kept["issuer"]), Tokens(**kept["tokens"])) if kept else None
        except (KeyError, TypeError):
            return None

    def write(self, address: str, issuer: Issuer, tokens: Tokens) -> None:
        """Keep the tokens of an address."""
        self._write(self._all() | {address: {"issuer": vars(issuer), "tokens": vars(tokens)}})

    def forget(self, address: str) -> bool:
        """Drop the tokens of an address; False when there were none."""
        kept = self._all()
        if address not in kept:
            return False
        self._write({name: value for name, value in kept.items() if name != address})
        return True

    def _all(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, everything: dict[str, Any]) -> None:
        self._path.parent.mkdir(mode=_OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        # Written aside and renamed, so that two commands at once leave one whole file.
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(everything, file)
        draft.replace(self._path)
