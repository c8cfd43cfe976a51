"""Values of secrets, encrypted with the deployer's own key, in `secrets` of its database. Nothing else holds them.

Under the secret's id, so that an earlier revision finds its own; generated ones under deployment and parameter.
"""

from secrets import token_urlsafe

from chassis.ledger import Motion
from chassis.sealed import Lockbox

SECRETS = "secrets"
_BYTES = 24
"""192 random bits: 32 characters that every program takes as a password."""


class MongoSecrets:
    """Meets `ports.Secrets`, for one motion."""

    def __init__(self, motion: Motion, lockbox: Lockbox | None) -> None:
        self._secrets = motion.collection(SECRETS)
        self._lockbox = lockbox

    @property
    def offered(self) -> bool:
        """Whether the operator set a key."""
        return self._lockbox is not None

    async def has(self, secret: str) -> bool:
        """Whether this secret is kept."""
        return await self._secrets.get(secret) is not None

    async def keep(self, secret: str, deployment: str, value: str) -> None:
        """Keep a value for a deployment."""
        await self._secrets.put(secret, {"deployment": deployment, "locked": self._box.lock(value.encode())})

    async def value(self, secret: str) -> str | None:
        """A value; None when it is not kept. Raises Unopened when the operator's key is another."""
        found = await self._secrets.get(secret)
        return self._box.unlock(bytes(found["locked"])).decode() if found is not None else None

    async def all_of(self, deployment: str) -> tuple[str, ...]:
        """Every value that is kept of a deployment; none where none can be kept. Raises Unopened."""
        if not self.offered:
            return ()
        found = await self._secrets.find({"deployment": deployment})
        return tuple(self._box.unlock(bytes(one["locked"])).decode() for one in found)

    async def generated(self, deployment: str, parameter: str) -> str:
        """The value made for a parameter; the same for as long as the deployment lives."""
        place = f"{deployment}/{parameter}"
        known = await self.value(place)
        if known is not None:
            return known
        made = token_urlsafe(_BYTES)
        await self.keep(place, deployment, made)
        return made

    async def forget(self, deployment: str, *, generated: bool = True) -> None:
        """Keep nothing of a deployment; what was generated for it only where `generated` says so."""
        for found in await self._secrets.find({"deployment": deployment}):
            if generated or not str(found["_id"]).startswith(f"{deployment}/"):
                await self._secrets.delete(found["_id"])

    @property
    def _box(self) -> Lockbox:
        if self._lockbox is None:
            message = "the operator set no key for secrets"
            raise RuntimeError(message)
        return self._lockbox
