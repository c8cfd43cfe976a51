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
    published = isinstance(data, ReviewPublished)
    written = data.written_at if published and data.written_at is not None else event.context.time
    return {**data.model_dump(mode="json"), "published": published, "at": write_time(written)}


REVIEWS = Project("reviews", 1, (topics.REVIEWS,), document, apply, indexes=(("app",),))
