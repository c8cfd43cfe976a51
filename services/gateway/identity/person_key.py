"""A key per person, for the free text people write: without the key it reads as nothing.

Keys are wrapped by the platform's key and live in the collection `person_keys`, in no ledger; erasing a person deletes
theirs. What is locked here travels as a `Personal` field. After it: `key_topic` sends the keys to their topic.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Any, Final

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random

from chassis.ledger import new_id
from chassis.mongo import AlreadyThere, Database
from contracts.people import Personal
from services.gateway.identity.erased import Erasures, from_before

PERSON_KEYS = "person_keys"
GONE: Final[dict[str, Any]] = {"unpublished": True}
"""What stands in the place of a key that was erased, until its topic knows too."""


class NoPlatformKey(Exception):  # noqa: N818 - says it all
    """The operator set no platform key, so nothing personal can be kept."""


class PersonKeys:
    """Locks and unlocks what people write. Keeps no key in memory: one that is erased opens nothing from then on."""

    def __init__(self, database: Database, platform_key: bytes | None, made: Callable[[], None] = lambda: None) -> None:
        """Take the platform's key, 32 bytes, or None when the operator set none; `made` is told of a new key."""
        self._keys = database.collection(PERSON_KEYS)
        self._erasures = Erasures(database)
        self._platform = SecretBox(platform_key) if platform_key is not None else None
        self._made = made

    async def lock(self, person: str, text: str) -> Personal:
        """A text only this person's key opens. Raises NoPlatformKey."""
        key, box = await self._key_of(person)
        ciphertext = base64.b64encode(box.encrypt(text.encode())).decode()
        return Personal(person=person, key=key, ciphertext=ciphertext)

    async def unlock(self, locked: Personal) -> str | None:
        """The text; None when its key is gone or is another."""
        found: dict[str, Any] | None = await self._keys.find_one({"_id": locked.person})
        if found is None or self._platform is None or found.get("key") != locked.key:
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
        if found is not None and "wrapped" in found:
            return str(found["key"]), SecretBox(self._platform.decrypt(found["wrapped"]))
        return await self._make_key(person, self._platform)

    async def _make_key(self, person: str, platform: SecretBox) -> tuple[str, SecretBox]:
        secret, key, erasure = random(SecretBox.KEY_SIZE), new_id(), await self._erasures.of(person)
        made = {
            "key": key,
            "wrapped": bytes(platform.encrypt(secret)),
            "erasures": erasure.count,
            "unpublished": True,
        }
        try:
            where = {"_id": person, "wrapped": {"$exists": False}}
            await self._keys.update_one(where, {"$set": made}, upsert=True)
        except AlreadyThere:
            return await self._key_of(person)
        if (now := await self._erasures.of(person)).count > erasure.count:
            # Erased while the key was made: it must not outlive that.
            await self._keys.replace_one({"_id": person, **from_before(now)}, GONE)
        self._made()
        return key, SecretBox(secret)
