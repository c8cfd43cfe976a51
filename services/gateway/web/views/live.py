"""The stream that keeps a page true while it is open.

Before it: the views, which know the events that change them. After it: `layout/live.js`.
"""

from urllib.parse import urlencode

from services.gateway.web.layout.frame import Live

STREAM = "/api/v1/events"


def live(followed: tuple[str, ...], **about: str) -> Live:
    """The events of these names, about one app or deployment when it is named."""
    return Live(f"{STREAM}?{urlencode({**about, 'types': ','.join(followed)})}", followed)
