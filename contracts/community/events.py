"""What the community service tells."""

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.community.proof import ProofOfUse
from contracts.compliance.verdict import Params
from contracts.identifiers import AppId, Code, PersonId, ReviewId
from contracts.noun import Time
from contracts.payload import Payload
from contracts.people import Personal
from contracts.refusals import Refusal


class ReviewEvent(Payload, family=True):
    """An event about one review."""

    topic = topics.REVIEWS

    review: ReviewId
    app: AppId


class ReviewPublished(ReviewEvent):
    """A review stands, with what the events say about its author's use of the app; None when the team never ran it.

    Told again when an event that happened before it was written is read only now: the newest proof counts.
    """

    data_class = "personal"

    author: PersonId
    rating: Annotated[int, Field(ge=1, le=5)]
    text: Personal
    proof: ProofOfUse | None = None
    written_at: Time | None = None
    """When it was written; None in events from before this was told, and then it is the event's own time."""


class ReviewRefused(ReviewEvent):
    """A review was not taken; the code and its parameters say why."""

    code: Code
    params: Params = {}


class ReviewAboutNothingKnown(Refusal):
    """The app the review is about never appeared in time."""

    code = "review-about-nothing-known"


class AlreadyReviewed(Refusal):
    """This person reviewed this app before."""

    code = "already-reviewed"
