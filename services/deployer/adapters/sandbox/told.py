"""What a simulated cluster would log and tell of one deployment: from the life of its containers. Pure.

No container runs, so each line says that it is simulated; those of a run that ended are what the images file declares.
"""

from collections.abc import Iterator

from contracts.deployments.logs import (
    LONGEST_LINE,
    MOST_HAPPENINGS,
    MOST_LINES,
    ClusterHappening,
    ClusterHappenings,
    LogLine,
    LogLines,
)
from contracts.noun import write_time
from services.deployer.domain.log import LogWish, newest
from services.deployer.domain.observed import Happening, Observation, Pod, Reason

_LINES = {Reason.STARTED: "simulated: the container started", Reason.READY: "simulated: ready, and answers its probe"}
_BAD = frozenset({Reason.FAILED_SCHEDULING, Reason.RESTARTED})


def lines_of(observed: Observation | None, wish: LogWish) -> LogLines:
    """The lines that are wanted."""
    found = [] if observed is None else [line for line in _lines(observed, wish) if wish.wants(line)]
    return newest(found, MOST_LINES if wish.since else wish.tail, simulated=True)


def told_of(observed: Observation | None) -> ClusterHappenings:
    """What Events would say."""
    happened = sorted(observed.happened if observed is not None else (), key=lambda one: (one.at, one.pod))
    return ClusterHappenings(items=tuple(map(_told, happened[-MOST_HAPPENINGS:])), simulated=True)


def _lines(observed: Observation, wish: LogWish) -> Iterator[LogLine]:
    for pod in observed.pods:
        told = [one for one in observed.happened if one.pod == pod.name]
        for name in [one.name for one in pod.containers if wish.container in (None, one.name)]:
            yield from _of_container(pod, name, told, wish)


def _of_container(pod: Pod, name: str, told: list[Happening], wish: LogWish) -> Iterator[LogLine]:
    ends = [one.at for one in told if one.reason is Reason.RESTARTED]
    container = next(one for one in pod.containers if one.name == name)
    if wish.previous or container.waiting == "CrashLoopBackOff":
        if container.log:
            at = write_time(max(ends, default=pod.created))
            yield from (
                LogLine(pod=pod.name, container=name, at=at, text=text[:LONGEST_LINE]) for text in container.log
            )
        return
    for one in told:
        if one.reason in _LINES:
            yield LogLine(pod=pod.name, container=name, at=write_time(one.at), text=_LINES[one.reason])


def _told(one: Happening) -> ClusterHappening:
    said = ", ".join(f"{name}: {value}" for name, value in one.params.items())
    return ClusterHappening(
        at=write_time(one.at),
        kind="Pod",
        name=one.pod,
        warning=one.reason in _BAD,
        reason=one.reason.value,
        message=f"simulated: {said}" if said else "simulated",
    )
