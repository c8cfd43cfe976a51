"""A review: one person's word about one app, published with the proof of use that the events give."""

from typing import Any

from contracts.community.events import AlreadyReviewed, ReviewPublished, ReviewRefused
from contracts.community.proof import ProofOfUse
from contracts.community.requests import ReviewSubmitted
from contracts.envelope import Event
from contracts.identifiers import AppId, PersonId, TeamId
from contracts.noun import Noun, Time
from contracts.refusals import Refusal


class Review(Noun):
    """What became of a review. `published` is None for one that was refused."""

    app: AppId
    author: PersonId | None = None
    team: TeamId | None = None
    written_at: Time | None = None
    published: ReviewPublished | None = None


def evolve(_review: Review | None, event: Event[Any]) -> Review:
    """Fold one of the community's own events."""
    data = event.data
    if not isinstance(data, ReviewPublished):
        return Review(app=data.app)
    return Review(
        app=data.app,
        author=data.author,
        team=event.context.team,
        written_at=data.written_at,
        published=data,
    )


def publish(
    asked: Event[ReviewSubmitted], author: PersonId, proof: ProofOfUse | None, *, reviewed_before: bool
) -> ReviewPublished:
    """The review as it will stand. Raises AlreadyReviewed: one person, one review of an app."""
    if reviewed_before:
        raise AlreadyReviewed
    request = asked.data
    return ReviewPublished(
        review=request.review,
        app=request.app,
        author=author,
        rating=request.rating,
        text=request.text,
        written_at=asked.context.time,
        proof=proof,
    )


def refuse(request: ReviewSubmitted, refusal: Refusal) -> ReviewRefused:
    """The answer to a review that is not taken."""
    return ReviewRefused(review=request.review, app=request.app, code=refusal.code, params=dict(refusal.params))
