"""Files that only this user may read: the signing key, client secrets, refresh tokens."""

import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Replace the file as a whole, mode 0600; a crash leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read_or_make_secret(path: Path) -> str:
    """Return the secret in this file; make one of 256 bits if there is none yet."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8").strip()
