"""What is kept of a request, to know it again."""

import hashlib

import pytest

from services.gateway.accept.idempotency import IdempotencyKeyReused, RequestKey, fingerprint, operation_of

WHAT = ("POST", "/api/v1/deployments", b'{"secrets": {"password": "guess me"}}')
SECRET = b"s" * 32


def test_nobody_can_hold_guesses_against_it() -> None:
    """With the gateway's secret, what is stored is no plain hash of what was sent."""
    plain = hashlib.sha256(b"\n".join((b"POST", b"/api/v1/deployments", WHAT[2]))).hexdigest()
    assert fingerprint(*WHAT) == plain
    assert fingerprint(*WHAT, SECRET) == fingerprint(*WHAT, SECRET)
    assert fingerprint(*WHAT, SECRET) not in {plain, fingerprint(*WHAT, b"t" * 32)}


def test_a_repeat_is_known_also_when_an_earlier_release_stored_it() -> None:
    """The same request under the same key gives its operation, whichever fingerprint was kept; another is refused."""
    key = RequestKey("person", "key", fingerprint(*WHAT, SECRET), fingerprint(*WHAT))
    for kept in (fingerprint(*WHAT, SECRET), fingerprint(*WHAT)):
        assert operation_of({"fingerprint": kept, "operation": "one"}, key) == "one"
    with pytest.raises(IdempotencyKeyReused):
        operation_of({"fingerprint": fingerprint("POST", "/other", b"", SECRET), "operation": "one"}, key)
