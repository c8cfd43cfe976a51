"""Reviews and what became of them, from the community's events. The text stays locked with its author's key."""

from typing import Any

from chassis.motions import Project
from contracts import topics
from contracts.community.events import ReviewPublished
from contracts.envelope import Event
from contracts.noun import write_time

Document = dict[str, Any]


def document(event: Event[Any]) -> str:
    """One document a review."""
    return str(event.data.review)


def apply(_before: Document | None, event: Event[Any]) -> Document:
    """Keep the review as it stands, or why it does not."""
    data = event.data
    written = data.written_at if isinstance(data, ReviewPublished) else None
    at = write_time(written or event.context.time)
    return {**data.model_dump(mode="json"), "published": isinstance(data, ReviewPublished), "at": at}


REVIEWS = Project("reviews", 1, (topics.REVIEWS,), document, apply, indexes=(("app",),))
