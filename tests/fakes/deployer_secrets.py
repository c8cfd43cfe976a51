"""Secrets in memory, for tests of what refers to them."""

from dataclasses import dataclass, field
from datetime import datetime

from contracts.deployments.secrets import SecretSealed
from services.deployer.domain.sealing import SealingKey


@dataclass
class MemorySecrets:
    """The values of secrets in memory."""

    offered: bool = True
    values: dict[str, tuple[str, str]] = field(default_factory=dict)

    async def has(self, secret: str) -> bool:
        """Whether it is kept."""
        return secret in self.values

    async def keep(self, secret: str, deployment: str, value: str) -> None:
        """Keep a value."""
        self.values[secret] = (deployment, value)

    async def value(self, secret: str) -> str | None:
        """A value."""
        return self.values[secret][1] if secret in self.values else None

    async def all_of(self, deployment: str) -> tuple[str, ...]:
        """Every value of a deployment."""
        return tuple(value for whose, value in self.values.values() if whose == deployment)

    async def generated(self, deployment: str, parameter: str) -> str:
        """The value made for a parameter."""
        return self.values.setdefault(f"{deployment}/{parameter}", (deployment, f"made-{len(self.values)}"))[1]

    async def forget(self, deployment: str, *, generated: bool = True) -> None:
        """Keep nothing of a deployment but, where told so, what was generated."""
        of_it = f"{deployment}/"
        self.values = {
            key: kept
            for key, kept in self.values.items()
            if kept[0] != deployment or (key.startswith(of_it) and not generated)
        }


class NoSealingKeys:
    """A cluster whose keys are of no concern to the test."""

    async def all(self) -> tuple[SealingKey, ...]:
        """None."""
        return ()

    async def make(self, now: datetime) -> SealingKey:
        """Never asked for here."""
        raise NotImplementedError(now)

    async def open(self, sealed: SecretSealed) -> str | None:
        """Nothing opens."""
        return None if sealed else ""

    async def forget(self, key: SealingKey) -> None:
        """Never asked for here."""
        raise NotImplementedError(key)
