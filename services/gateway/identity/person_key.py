"""A key per person, for the free text people write: without the key it reads as nothing.

Keys are wrapped by the platform's key and live in the collection `person_keys`, in no ledger; erasing a person deletes
theirs. What is locked here travels as a `Personal` field.
"""

import base64
import binascii
from typing import Any

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random

from chassis.ledger import new_id
from chassis.mongo import AlreadyThere, Database
from contracts.people import Personal

PERSON_KEYS = "person_keys"


class NoPlatformKey(Exception):  # noqa: N818 - says it all
    """The operator set no platform key, so nothing personal can be kept."""


class PersonKeys:
    """Locks and unlocks what people write."""

    def __init__(self, database: Database, platform_key: bytes | None) -> None:
        """Take the platform's key: 32 bytes, or None when the operator set none."""
        self._keys = database.collection(PERSON_KEYS)
        self._platform = SecretBox(platform_key) if platform_key is not None else None

    async def lock(self, person: str, text: str) -> Personal:
        """A text only this person's key opens. Raises NoPlatformKey."""
        key, box = await self._key_of(person)
        ciphertext = base64.b64encode(box.encrypt(text.encode())).decode()
        return Personal(person=person, key=key, ciphertext=ciphertext)

    async def unlock(self, locked: Personal) -> str | None:
        """The text; None when its key is gone or is another."""
        found: dict[str, Any] | None = await self._keys.find_one({"_id": locked.person})
        if found is None or self._platform is None or found["key"] != locked.key:
            return None
        try:
            box = SecretBox(self._platform.decrypt(found["wrapped"]))
            return box.decrypt(base64.b64decode(locked.ciphertext)).decode()
        except (CryptoError, binascii.Error, UnicodeDecodeError):
            return None

    async def _key_of(self, person: str) -> tuple[str, SecretBox]:
        if self._platform is None:
            raise NoPlatformKey
        found: dict[str, Any] | None = await self._keys.find_one({"_id": person})
        if found is None:
            secret = random(SecretBox.KEY_SIZE)
            document = {"_id": person, "key": new_id(), "wrapped": bytes(self._platform.encrypt(secret))}
            try:
                await self._keys.insert_one(document)
            except AlreadyThere:
                return await self._key_of(person)
            return str(document["key"]), SecretBox(secret)
        return str(found["key"]), SecretBox(self._platform.decrypt(found["wrapped"]))
