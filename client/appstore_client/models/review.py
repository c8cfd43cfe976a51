"""What people say about an app, and what the events prove about who says it."""

from datetime import datetime

from appstore_client.models.base import ApiModel


class Author(ApiModel):
    """Who wrote it; the name is gone when the person was erased."""

    id: str
    name: str | None = None


class Proof(ApiModel):
    """That the author's team ran the app: which versions, where, since when, for how many seconds."""

    versions: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    since: datetime | None = None
    seconds: float | None = None
    running: bool = False


class Review(ApiModel):
    """One review."""

    id: str
    app: str | None = None
    rating: int
    text: str | None = None
    author: Author
    written_at: datetime
    proof: Proof | None = None
