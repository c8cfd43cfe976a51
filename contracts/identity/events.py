"""Sign-ins, from the start, because the later figures (adoption, incidents) need the history; and erasures.

An erasure is told so that a database restored from an older copy forgets again whom it had forgotten (DESIGN, People
and secrets).
"""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from contracts import topics
from contracts.identifiers import KeyId, PersonId, SignInId
from contracts.payload import Payload


class SignInMethod(StrEnum):
    """How somebody came in."""

    WEB = "web"
    TOKEN = "token"  # noqa: S105 - a word, not a password


class SignInRefusal(StrEnum):
    """Why somebody did not come in."""

    EXPIRED = "expired"
    FORGED = "forged"
    OTHER_AUDIENCE = "other-audience"
    STATE_MISMATCH = "state-mismatch"
    DENIED_BY_ISSUER = "denied-by-issuer"
    ISSUER_AWAY = "issuer-away"


class SignInEvent(Payload, family=True):
    """An event about one attempt to sign in; who it was is the context's actor, an opaque id."""

    topic = topics.SIGN_INS

    sign_in: SignInId
    method: SignInMethod


class PersonSignedIn(SignInEvent):
    """Somebody signed in."""


class PersonSignInRefused(SignInEvent):
    """An attempt did not succeed."""

    reason: SignInRefusal


class PersonErased(Payload):
    """From now on nobody knows who this id was: key, name, sessions are gone, and what they wrote can't be read."""

    topic = topics.PEOPLE

    person: PersonId


class PersonKeyKept(Payload):
    """A person's key, wrapped by the platform's key. Stands in no ledger; a message without a value says it is gone."""

    topic = topics.PERSON_KEYS
    data_class = "personal"

    person: PersonId
    key_id: KeyId
    wrapped: Annotated[str, StringConstraints(max_length=256, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
    """Base64 of nonce and ciphertext (XSalsa20-Poly1305)."""
    erasures: int
    """How often the person had been erased when the key was made; a key from before an erasure counts for nothing."""
