"""What the API server warned of when it took our objects: the `Warning` headers of its answers (RFC 9110, code 299).

`applying.py` brings them, `observing.py` tells them. They are known until the object is written again or removed; a
restart forgets them, but by then they were told.
"""

import re
from collections.abc import Iterable, Iterator

from services.deployer.adapters.kubernetes.kinds import Kind
from services.deployer.domain.observed import ApiWarning

MOST_OF_ONE, MOST_OBJECTS = 5, 20
_LONGEST = 400
_HEADER = re.compile(r'299 \S{1,100} "((?:[^"\\]|\\.){1,4000})"')


def read_warnings(headers: Iterable[str]) -> tuple[str, ...]:
    """The sentences of `Warning` headers, as many and as long as an event can carry. Pure."""
    found = (re.sub(r"\\(.)", r"\1", text) for header in headers for text in _HEADER.findall(header))
    return tuple(dict.fromkeys(text[:_LONGEST] for text in found))[:MOST_OF_ONE]


class ApiWarnings:
    """The warnings of one cluster, by deployment."""

    def __init__(self) -> None:
        self._of: dict[str, dict[tuple[str, str], tuple[ApiWarning, ...]]] = {}

    def written(self, deployment: str, kind: Kind, name: str, sentences: Iterable[str]) -> None:
        """An object was written, and this is what the server said beside it."""
        warnings = tuple(ApiWarning(kind.api_version, kind.name, name, one) for one in sentences)
        if not warnings:
            self._of.get(deployment, {}).pop((kind.name, name), None)
        elif len(self._of.setdefault(deployment, {})) < MOST_OBJECTS:
            self._of[deployment][kind.name, name] = warnings

    def of(self, deployment: str) -> Iterator[ApiWarning]:
        """All of one deployment, in the order in which they were said first."""
        for warnings in self._of.get(deployment, {}).values():
            yield from warnings

    def forget(self, deployment: str) -> None:
        """Nothing of it is wanted any more."""
        self._of.pop(deployment, None)
