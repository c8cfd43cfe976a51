"""When a new sealing key is due, and when an old one may go."""

from datetime import timedelta

from services.deployer.domain.sealing import SEALED_AT_MOST, SealingKey, is_due, outlived
from tests.fakes.deployer_examples import START, an_id

EVERY = timedelta(days=90)


def key(number: int, days: float) -> SealingKey:
    """A key that was made so many days after the start."""
    return SealingKey(sealing_key=an_id(number), public_key="k", made_at=START + timedelta(days=days))


def test_there_is_always_a_key() -> None:
    """The first is due at once, the next when the newest has had its days."""
    assert is_due((), START, EVERY)
    assert not is_due((key(1, 0),), START + timedelta(days=89), EVERY)
    assert is_due((key(1, 0),), START + timedelta(days=90), EVERY)
    assert not is_due((key(1, 0), key(2, 90)), START + timedelta(days=91), EVERY)


def test_an_old_key_stays_while_something_may_be_sealed_with_it() -> None:
    """The one before the newest goes when nothing that was sealed with it can still be on its way; the newest stays."""
    keys, told = (key(1, 0), key(2, 90)), START + timedelta(days=90)
    assert outlived(keys, told + SEALED_AT_MOST - timedelta(seconds=1)) == ()
    assert outlived(keys, told + SEALED_AT_MOST) == (keys[0],)
    assert outlived((key(1, 0),), told) == ()
