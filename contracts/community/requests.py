"""What the gateway passes on to the community."""

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.identifiers import AppId, ReviewId
from contracts.noun import Time
from contracts.payload import Payload
from contracts.people import Personal


class ReviewSubmitted(Payload):
    """The context's actor, for the context's team, wrote about an app: 1 to 5, and a text under that person's key."""

    topic = topics.REVIEW_REQUESTS
    data_class = "personal"

    review: ReviewId
    app: AppId
    rating: Annotated[int, Field(ge=1, le=5)]
    text: Personal
    decide_by: Time
