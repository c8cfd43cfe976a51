"""Sealed boxes: what one service locks for another, who alone has the key (NaCl, X25519 and XSalsa20-Poly1305).

The sealer needs the public key only. What is sealed names whose it is, so that a box put in another's place stays shut.
`Lockbox` keeps at rest what was opened.
"""

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

_END = b"\0"


class Unopened(Exception):  # noqa: N818 - an answer
    """The box does not open with this key, or is somebody else's. Says nothing of what is in it."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key to seal with, and the one that opens."""

    public: str
    """Base64 of 32 bytes; may be known to all."""
    private: bytes = field(repr=False)


def new_pair() -> KeyPair:
    """A new pair."""
    private = PrivateKey.generate()
    return KeyPair(base64.b64encode(bytes(private.public_key)).decode(), bytes(private))


def seal(value: str, public: str, whose: str) -> str:
    """A value only the private key opens, in base64. `whose` holds no NUL."""
    box = SealedBox(PublicKey(base64.b64decode(public)))
    return base64.b64encode(box.encrypt(whose.encode() + _END + value.encode())).decode()


def unseal(sealed: str, private: bytes, whose: str) -> str:
    """The value. Raises Unopened."""
    try:
        opened = SealedBox(PrivateKey(private)).decrypt(base64.b64decode(sealed))
        found, end, value = opened.partition(_END)
        if not end or found != whose.encode():
            raise Unopened
        return value.decode()
    except (CryptoError, binascii.Error, ValueError) as error:
        # Without the cause: its text could hold bytes of what was opened.
        raise Unopened from (None if isinstance(error, UnicodeDecodeError) else error)


class Lockbox:
    """Keeps things encrypted where they are stored, with one key of 32 bytes that is stored elsewhere."""

    def __init__(self, key: bytes) -> None:
        self._box = SecretBox(key)

    def lock(self, content: bytes) -> bytes:
        """What may be stored."""
        return bytes(self._box.encrypt(content))

    def unlock(self, locked: bytes) -> bytes:
        """What was locked. Raises Unopened."""
        try:
            return self._box.decrypt(locked)
        except CryptoError as error:
            raise Unopened from error


def read_key(file: Path) -> bytes:
    """A key of 32 bytes from a file in base64. Raises OSError, and ValueError when it holds another size."""
    key = base64.urlsafe_b64decode(file.read_text(encoding="ascii").strip())
    if len(key) != SecretBox.KEY_SIZE:
        message = f"{file.name} does not hold {SecretBox.KEY_SIZE} bytes in base64"
        raise ValueError(message)
    return key
