"""What becomes of one container over time: waiting for its image, running, ready, ended and started again. Pure.

The kubelet's rules: the first restart comes at once, later ones after a back-off that doubles; readiness is asked
as soon as the container runs and then each period.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.deployer.adapters.sandbox.cluster_file import BackOff, Image
from services.deployer.adapters.sandbox.pod import ContainerSpec
from services.deployer.adapters.sandbox.pulls import Missing, Pull
from services.deployer.domain.observed import OOM_KILLED, Container, Ended, Happening, Reason, Unhealthy

_OK = range(200, 400)
KILLED = 137
"""The exit code of a process that got SIGKILL."""
SHORTEST_RUN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Ending:
    """How each run of a container ends."""

    reason: str
    exit_code: int
    after_seconds: float
    log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Life:
    """A container at one moment, what happened to it until then, and when it changes next."""

    status: Container
    started_at: datetime | None = None
    ready_at: datetime | None = None
    happened: tuple[Happening, ...] = ()
    changes: tuple[datetime, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of a container. `ends` and `next_start` are None when it runs on."""

    number: int
    start: datetime
    ends: datetime | None
    next_start: datetime | None


def missing_image(spec: ContainerSpec, missing: Missing, back_off: BackOff, how_to_add: str, now: datetime) -> Life:
    """A container whose image the registry does not know: tried again and again, each time after a longer wait."""
    attempts, last, moment = 0, missing.start, missing.start
    while moment <= now:
        attempts += 1
        last, moment = moment, moment + timedelta(seconds=_delay(attempts, back_off))
    waiting = "ErrImagePull" if attempts and now == last else "ImagePullBackOff"
    status = Container(
        spec.name, spec.image, waiting=waiting, message=missing.message, pull_attempts=attempts, how_to_add=how_to_add
    )
    return Life(status, changes=(moment,))


def not_made(spec: ContainerSpec, image: Image, pull: Pull, message: str, pod: str, now: datetime) -> Life:
    """A container that can't be made because something it refers to is not there; its image is fetched first."""
    told = tuple(_pulled(image, pull, pod, now))
    waiting = "ContainerCreating" if now < pull.end else "CreateContainerConfigError"
    status = Container(spec.name, spec.image, waiting=waiting, message=message if now >= pull.end else None)
    return Life(status, happened=told, changes=_later(now, pull.start, pull.end))


def life_of(spec: ContainerSpec, image: Image, pull: Pull, back_off: BackOff, pod: str, now: datetime) -> Life:
    """A container whose image is there or on its way."""
    told = tuple(_pulled(image, pull, pod, now))
    if now < pull.end:
        creating = Container(spec.name, spec.image, waiting="ContainerCreating")
        return Life(creating, happened=told, changes=_later(now, pull.start, pull.end))
    ending = ending_of(spec, image)
    runs = list(_runs(ending, pull.end, back_off, now))
    current = runs[-1]
    told += tuple(
        Happening(run.start, pod, Reason.RESTARTED, {"restarts": run.number, "exitCode": ending.exit_code})
        for run in runs
        if ending is not None and run.number
    )
    answered = _answered_at(spec, image, current)
    ready_at = answered if answered is not None and _answers_well(spec, image) else None
    status = _status(spec, image, current, ready_at, answered, now)
    changes = _later(now, answered, current.ends, current.next_start)
    return Life(status, runs[0].start, ready_at, told, changes)


def ending_of(spec: ContainerSpec, image: Image) -> Ending | None:
    """How a container of this image ends, or None when it runs on."""
    if spec.memory_limit_mebibytes is not None and image.uses_mebibytes > spec.memory_limit_mebibytes:
        return Ending(OOM_KILLED, KILLED, max(image.start_seconds, SHORTEST_RUN_SECONDS))
    behaviour = image.behaviour
    if behaviour.runs:
        return None
    log = (*behaviour.earlier_lines, *filter(None, (behaviour.last_line,)))
    reason = "Error" if behaviour.exit_code else "Completed"
    return Ending(reason, behaviour.exit_code, behaviour.after_seconds, log)


def _runs(ending: Ending | None, start: datetime, back_off: BackOff, now: datetime) -> Iterator[_Run]:
    """The runs that have begun, oldest first."""
    number = 0
    while start <= now:
        if ending is None:
            yield _Run(number, start, None, None)
            return
        ends = start + timedelta(seconds=ending.after_seconds)
        next_start = ends + timedelta(seconds=_delay(number, back_off))
        yield _Run(number, start, ends, next_start)
        start, number = next_start, number + 1


def _delay(times: int, back_off: BackOff) -> float:
    """Seconds to wait after so many failures before: none, then doubling up to the ceiling."""
    if times == 0:
        return 0
    return min(back_off.first_seconds * 2.0 ** min(times - 1, 20), back_off.ceiling_seconds)


def _answered_at(spec: ContainerSpec, image: Image, run: _Run) -> datetime | None:
    """When the first readiness probe is answered in this run; None when the run ends before."""
    seconds = 0.0
    if spec.probe_seconds is not None:
        seconds = math.ceil(image.start_seconds / spec.probe_seconds) * spec.probe_seconds
    moment = run.start + timedelta(seconds=seconds)
    return None if run.ends is not None and moment >= run.ends else moment


def _answers_well(spec: ContainerSpec, image: Image) -> bool:
    """A probe by HTTP wants 200 to 399; opening a port, or no probe at all, asks for nothing more."""
    return spec.probe_path is None or image.behaviour.readiness_status in _OK


def _status(
    spec: ContainerSpec,
    image: Image,
    run: _Run,
    ready_at: datetime | None,
    answered: datetime | None,
    now: datetime,
) -> Container:
    ended = run.ends is not None and now >= run.ends
    failing = answered is not None and ready_at is None and now >= answered and not ended
    ending = ending_of(spec, image) if ended or run.number else None
    return Container(
        spec.name,
        spec.image,
        ready=ready_at is not None and now >= ready_at and not ended,
        waiting="CrashLoopBackOff" if ended else None,
        restarts=run.number,
        ended=Ended(ending.reason, ending.exit_code) if ending else None,
        log=ending.log if ending else (),
        memory_limit=spec.memory_limit,
        unhealthy=_unhealthy(spec, image, answered) if failing and answered is not None else None,
    )


def _unhealthy(spec: ContainerSpec, image: Image, since: datetime) -> Unhealthy:
    """The kubelet's sentence."""
    message = f"Readiness probe failed: HTTP probe failed with statuscode: {image.behaviour.readiness_status}"
    return Unhealthy(since, message, spec.probe_path)


def _pulled(image: Image, pull: Pull, pod: str, now: datetime) -> Iterator[Happening]:
    if pull.fetched and pull.start <= now:
        yield Happening(pull.start, pod, Reason.PULLING, {"image": pull.image, "mebibytes": image.size_mebibytes})
    if pull.end <= now:
        yield Happening(pull.end, pod, Reason.PULLED, {"image": pull.image})


def _later(now: datetime, *moments: datetime | None) -> tuple[datetime, ...]:
    return tuple(moment for moment in moments if moment is not None and moment > now)
