"""Reviews with the proof of use that the events give.

Before it: the community's reviews, unlocked for reading by the API's own function. After it: the app page.
"""

from collections.abc import Sequence
from datetime import datetime

from services.gateway.api.reviews import ProofShown, ReviewShown
from services.gateway.web.pages.app.reviews import ProofOfUse, Review, Reviews

MOST_SHOWN = 20
"""Each one is unlocked with its author's key when the page is read."""


def reviews_of(newest: Sequence[ReviewShown], ratings: Sequence[int]) -> Reviews:
    """The newest ones; average and count are of all."""
    average = sum(ratings) / len(ratings) if ratings else None
    return Reviews(tuple(map(_review, newest)), average, len(ratings))


def _review(found: ReviewShown) -> Review:
    return Review(
        key=found.id,
        text=found.text,
        rating=found.rating,
        author=None if found.author.former else found.author.name,
        team=None,
        at=datetime.fromisoformat(found.written_at),
        proof=_proof(found.proof),
    )


def _proof(proof: ProofShown | None) -> ProofOfUse | None:
    if proof is None:
        return None
    return ProofOfUse(proof.seconds, tuple(proof.environments), tuple(proof.versions), proof.running)
