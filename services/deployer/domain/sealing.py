"""The keys that secrets are sealed with for this cluster: when a new one is due, and when an old one may go."""

from datetime import datetime, timedelta

from contracts.identifiers import KeyId
from contracts.noun import Noun, Time

SEALED_AT_MOST = timedelta(hours=2)
"""How long a sealed value may be under way: the gateway lets go of its copy after one hour, and clocks differ."""


class SealingKey(Noun):
    """A key pair by its public half; the private one stays in its adapter."""

    sealing_key: KeyId
    public_key: str
    made_at: Time


def is_due(keys: tuple[SealingKey, ...], now: datetime, every: timedelta) -> bool:
    """Whether a new key must be made: there is none, or the newest is too old."""
    return not keys or now - _newest(keys).made_at >= every


def outlived(keys: tuple[SealingKey, ...], now: datetime) -> tuple[SealingKey, ...]:
    """The keys with which nothing can be sealed any more: a newer one is known for longer than a value is under way."""
    if not keys or now - _newest(keys).made_at < SEALED_AT_MOST:
        return ()
    return tuple(key for key in keys if key != _newest(keys))


def _newest(keys: tuple[SealingKey, ...]) -> SealingKey:
    return max(keys, key=lambda key: (key.made_at, key.sealing_key))
