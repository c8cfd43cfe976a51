"""The secrets and the identity of an embedded stack: made once, kept until `make reset`.

In production an operator brings these; nothing made here is ever used there.
"""

import base64
import os
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path

from infra.local.home import Home

_PLATFORM_KEY_BYTES = 32
_WEB_SECRET_BYTES = 32
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class StackKeys:
    """Files with the key that wraps people's keys, the web client's secret, the deployer's key; and the stack's id."""

    platform_key_file: Path
    web_client_secret_file: Path
    secrets_key_file: Path
    installation_id: str


def keep_keys(home: Home) -> StackKeys:
    """Read the stack's keys, or make those that are missing."""
    key_file = home.data / "platform.key"
    _read_or_make(key_file, base64.urlsafe_b64encode(secrets.token_bytes(_PLATFORM_KEY_BYTES)).decode())
    installation_id = _read_or_make(home.data / "installation-id", str(uuid.uuid4()))
    # The issuer and the gateway start side by side and must both find it.
    web_client_secret = home.data / "appstore-web.secret"
    _read_or_make(web_client_secret, secrets.token_urlsafe(_WEB_SECRET_BYTES))
    secrets_key = home.data / "secrets.key"
    _read_or_make(secrets_key, base64.urlsafe_b64encode(secrets.token_bytes(_PLATFORM_KEY_BYTES)).decode())
    return StackKeys(key_file, web_client_secret, secrets_key, installation_id)


def _read_or_make(path: Path, fresh: str) -> str:
    if path.is_file():
        return path.read_text(encoding="ascii").strip()
    # Written aside and renamed: a start that is killed half-way must not leave half a key behind.
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(fresh + "\n")
    draft.replace(path)
    return fresh
