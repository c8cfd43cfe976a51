"""What a deployment's containers write, and what its cluster tells of it."""

from appstore_client.models.base import ApiModel


class LogLine(ApiModel):
    """One line of a container; `at` is when the node took it. `simulated`: no container wrote it."""

    pod: str
    container: str
    at: str
    text: str
    simulated: bool = False


class Log(ApiModel):
    """Lines, oldest first; `cut` says that there were more."""

    items: tuple[LogLine, ...] = ()
    cut: bool = False
    simulated: bool = False


class Happening(ApiModel):
    """What the cluster tells of one object, in its own words, and how often."""

    at: str
    kind: str
    name: str
    warning: bool
    reason: str
    message: str
    times: int = 1


class Happenings(ApiModel):
    """Oldest first."""

    items: tuple[Happening, ...] = ()
    simulated: bool = False
