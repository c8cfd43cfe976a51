"""Key pairs that secrets are sealed with, in `sealing_keys`; the private halves encrypted with the deployer's own key.

*Only in the backup*: a new pair takes the place of lost ones, and what was sealed with those has to be given again.
"""

from datetime import datetime

from chassis.ledger import Motion, new_id
from chassis.sealed import Lockbox, Unopened, new_pair, unseal
from contracts.deployments.secrets import SecretSealed, whose
from services.deployer.domain.sealing import SealingKey

SEALING_KEYS = "sealing_keys"


class MongoSealingKeys:
    """Meets `ports.SealingKeys`, for one motion."""

    def __init__(self, motion: Motion, lockbox: Lockbox | None) -> None:
        self._keys = motion.collection(SEALING_KEYS)
        self._lockbox = lockbox

    async def all(self) -> tuple[SealingKey, ...]:
        """Every key that may still open something."""
        return tuple(SealingKey.model_validate(found["key"]) for found in await self._keys.find({}))

    async def make(self, now: datetime) -> SealingKey:
        """A new pair."""
        pair = new_pair()
        made = SealingKey(sealing_key=new_id(), public_key=pair.public, made_at=now)
        document = {"key": made.model_dump(mode="json"), "locked": self._box.lock(pair.private)}
        await self._keys.put(made.sealing_key, document)
        return made

    async def open(self, sealed: SecretSealed) -> str | None:
        """What was sealed; None when no key here opens it, or it is not what it says."""
        found = await self._keys.get(sealed.sealing_key)
        if found is None:
            return None
        try:
            private = self._box.unlock(bytes(found["locked"]))
            return unseal(sealed.sealed, private, whose(sealed.secret, sealed.deployment, sealed.parameter))
        except Unopened:
            return None

    async def forget(self, key: SealingKey) -> None:
        """Destroy a key."""
        await self._keys.delete(key.sealing_key)

    @property
    def _box(self) -> Lockbox:
        if self._lockbox is None:
            message = "the operator set no key for secrets"
            raise RuntimeError(message)
        return self._lockbox
