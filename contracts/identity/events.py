"""Sign-ins, from the start, because the later figures (adoption, incidents) need the history."""

from enum import StrEnum

from contracts import topics
from contracts.identifiers import SignInId
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
