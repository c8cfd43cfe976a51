"""Sealed boxes: who has the key, and nobody else, reads what was sealed for this very place."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.sealed import Lockbox, Unopened, new_pair, seal, unseal

PAIR = new_pair()


@given(st.text(max_size=200))
def test_what_is_sealed_comes_back(value: str) -> None:
    """Every text comes out as it went in, and looks like nothing on the way."""
    sealed = seal(value, PAIR.public, "whose")
    assert unseal(sealed, PAIR.private, "whose") == value
    assert len(value) < 4 or value not in sealed


def test_the_same_value_never_looks_the_same() -> None:
    """Two boxes with one value have nothing in common, so nobody can compare guesses."""
    assert seal("secret", PAIR.public, "whose") != seal("secret", PAIR.public, "whose")


def test_a_box_opens_in_its_own_place_and_with_its_own_key_only() -> None:
    """Moved to another owner, changed, cut or or read with another key, it stays shut and tells nothing."""
    sealed = seal("canary", PAIR.public, "deployment-1/password")
    raw = bytearray(base64.b64decode(sealed))
    raw[-1] ^= 1
    changed = base64.b64encode(bytes(raw)).decode()
    attempts = (
        (sealed, PAIR.private, "deployment-2/password"),
        (sealed, PAIR.private, "deployment-1/passwor"),
        (sealed, new_pair().private, "deployment-1/password"),
        (changed, PAIR.private, "deployment-1/password"),
        (sealed[:40], PAIR.private, "deployment-1/password"),
        ("no base64!", PAIR.private, "deployment-1/password"),
    )
    for box, private, whose in attempts:
        with pytest.raises(Unopened) as refused:
            unseal(box, private, whose)
        assert "canary" not in repr(refused.value)
        assert "canary" not in repr(refused.value.__cause__)


def test_a_private_key_shows_nowhere() -> None:
    """A pair that ends in a log or an error shows its public half alone."""
    assert "private" not in repr(PAIR)


def test_a_lockbox_opens_with_its_own_key_only() -> None:
    """What was locked comes back with the same key; with another it does not."""
    locked = Lockbox(b"1" * 32).lock(b"canary")
    assert Lockbox(b"1" * 32).unlock(locked) == b"canary"
    assert b"canary" not in locked
    with pytest.raises(Unopened):
        Lockbox(b"2" * 32).unlock(locked)
