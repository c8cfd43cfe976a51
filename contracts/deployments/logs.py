"""What a deployment's containers write and what its cluster tells of it, asked while a person waits.

Questions as in `contracts.questions`: nothing of the answers is kept anywhere. Lines are without the values of the
deployment's secrets before they leave the service that reads them.
"""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from contracts.identifiers import DeploymentId, DnsLabel
from contracts.noun import Noun
from contracts.questions import Question

MOST_LINES = 1000
"""Lines in one part of an answer; of more the newest are told."""
LONGEST_LINE = 4000
"""Characters of one line; the rest of it is cut off."""
MOST_HAPPENINGS = 200
LONGEST_MESSAGE = 1024
"""Characters of what an Event says."""


class LogLine(Noun):
    """One line. `at` is when the node took it, as the cluster writes moments."""

    pod: Annotated[str, StringConstraints(max_length=253)]
    container: Annotated[str, StringConstraints(max_length=63)]
    at: Annotated[str, StringConstraints(max_length=40)]
    text: Annotated[str, StringConstraints(max_length=LONGEST_LINE)]


class LogLines(Noun):
    """Lines in the order of time. `cut`: there were more; `simulated`: no container wrote them."""

    lines: Annotated[tuple[LogLine, ...], Field(max_length=MOST_LINES)] = ()
    cut: bool = False
    simulated: bool = False


class DeploymentLogAsked(Question):
    """What did its containers write? The newest `tail` lines; with `follow` also what comes, part after part.

    `previous` asks for the run before the one that runs now; without `container` all of them are meant.
    """

    answer: ClassVar[type[Noun]] = LogLines

    deployment: DeploymentId
    container: DnsLabel | None = None
    tail: Annotated[int, Field(ge=0, le=MOST_LINES)] = 100
    previous: bool = False
    follow: bool = False


class ClusterHappening(Noun):
    """What the cluster tells of one object: a reason in its words, a sentence, and how often."""

    at: Annotated[str, StringConstraints(max_length=40)]
    kind: Annotated[str, StringConstraints(max_length=63)]
    name: Annotated[str, StringConstraints(max_length=253)]
    warning: bool
    reason: Annotated[str, StringConstraints(max_length=128)]
    message: Annotated[str, StringConstraints(max_length=LONGEST_MESSAGE)]
    times: Annotated[int, Field(ge=1)] = 1


class ClusterHappenings(Noun):
    """Oldest first. `simulated`: the cluster is."""

    items: Annotated[tuple[ClusterHappening, ...], Field(max_length=MOST_HAPPENINGS)] = ()
    simulated: bool = False


class DeploymentHappeningsAsked(Question):
    """What does the cluster tell of its objects? It forgets after an hour or so."""

    answer: ClassVar[type[Noun]] = ClusterHappenings

    deployment: DeploymentId
