"""One request exactly as it leaves, but for the token: `transport` sends it, `--show-request` prints it.

One form for both, so that what is shown is what would be sent.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SECRETS = "secrets"


@dataclass(frozen=True)
class Outgoing:
    """Method, whole address, headers without the token, and the JSON object it carries, if any."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Mapping[str, Any] | None = None

    @property
    def content(self) -> bytes | None:
        """The body's bytes."""
        return None if self.body is None else json.dumps(self.body, separators=(",", ":")).encode()

    @property
    def shown(self) -> dict[str, Any] | None:
        """The body for people: a name stands where a secret's value would."""
        if self.body is None or not isinstance(self.body.get(SECRETS), Mapping):
            return None if self.body is None else dict(self.body)
        hidden = {name: value and f"<value of {name}>" for name, value in self.body[SECRETS].items()}
        return {**self.body, SECRETS: hidden}


class NotSent(Exception):  # noqa: N818 - nothing went wrong
    """A request that would have changed something, and was only to be shown."""

    def __init__(self, request: Outgoing) -> None:
        super().__init__(f"{request.method} {request.url}")
        self.request = request
