"""When a rollout that is not ready has failed, why, and whose turn it is. A failure is decided by status, not by hope.

Each finding looks at one observation and answers with a cause, or with the moment at which it would become one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.observed import OOM_KILLED, Container, Observation, Value

DEFAULT_PROBE_PATH = "-"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each kind of trouble may last. The service's settings say why each number."""

    image_pull_attempts: int = 3
    crash_restarts: int = 3
    shortage_seconds: float = 3
    probe_failure_seconds: float = 10
    progress_deadline_seconds: float = 600


@dataclass(frozen=True, slots=True)
class Failure:
    """It will not become ready: cause, whose turn it is, and the evidence."""

    cause: Cause
    fault: Fault
    params: dict[str, Value]


Finding = Failure | datetime
"""A failure, or the moment from which it is one if nothing changes until then."""


def findings(observed: Observation, started_at: datetime, now: datetime, patience: Patience) -> Iterator[Finding]:
    """Every failure there is and every moment at which one may come, the most telling first."""
    yield from _quota(observed, started_at, now, patience)
    for pod in observed.pods:
        for container in pod.containers:
            yield from _image(container, patience)
            yield from _crash(container, patience)
            yield from _probe(container, started_at, now, patience)
    yield from _unschedulable(observed, started_at, now, patience)
    yield from _deadline(observed, started_at, now, patience)


def _after(moment: datetime, seconds: float, now: datetime, failure: Failure) -> Finding:
    due = moment + timedelta(seconds=seconds)
    return failure if now >= due else due


def _quota(observed: Observation, started_at: datetime, now: datetime, patience: Patience) -> Iterator[Finding]:
    refusal = observed.refusal
    if refusal is not None:
        yield _after(
            max(refusal.since, started_at),
            patience.shortage_seconds,
            now,
            Failure(
                Cause.QUOTA_EXCEEDED,
                Fault.CONFIGURATION,
                {"resource": refusal.resource, "asked": refusal.asked, "used": refusal.used, "limit": refusal.limit},
            ),
        )


def _image(container: Container, patience: Patience) -> Iterator[Finding]:
    if container.pull_attempts >= patience.image_pull_attempts:
        yield Failure(
            Cause.IMAGE_NOT_FOUND,
            Fault.CONFIGURATION,
            {"image": container.image, "howToAdd": container.how_to_add or ""},
        )


def _crash(container: Container, patience: Patience) -> Iterator[Finding]:
    if container.exit_code is not None and container.restarts >= patience.crash_restarts:
        yield Failure(
            Cause.CRASH_LOOP,
            _whose_turn(container),
            {
                "container": container.name,
                "exitCode": container.exit_code,
                "restarts": container.restarts,
                "lastLine": container.last_line or "",
            },
        )


def _whose_turn(container: Container) -> Fault:
    """Memory is a number somebody set; every other end is the app's own."""
    return Fault.CONFIGURATION if container.last_line == OOM_KILLED else Fault.APP


def _probe(container: Container, started_at: datetime, now: datetime, patience: Patience) -> Iterator[Finding]:
    if container.probe_answer is not None and container.answering_since is not None:
        since = max(container.answering_since, started_at)
        yield _after(
            since,
            patience.probe_failure_seconds,
            now,
            Failure(
                Cause.PROBE_FAILED,
                Fault.APP,
                {
                    "container": container.name,
                    "path": container.probe_path or DEFAULT_PROBE_PATH,
                    "answer": container.probe_answer,
                },
            ),
        )


def _unschedulable(observed: Observation, started_at: datetime, now: datetime, patience: Patience) -> Iterator[Finding]:
    for pod in observed.pods:
        if pod.shortage is not None:
            yield _after(
                max(pod.created, started_at),
                patience.shortage_seconds,
                now,
                Failure(
                    Cause.UNSCHEDULABLE,
                    Fault.CONFIGURATION if pod.shortage.too_large else Fault.PLATFORM,
                    {"resource": pod.shortage.resource, "asked": pod.shortage.asked, "free": pod.shortage.free},
                ),
            )


def _deadline(observed: Observation, started_at: datetime, now: datetime, patience: Patience) -> Iterator[Finding]:
    seconds = patience.progress_deadline_seconds
    yield _after(
        started_at,
        seconds,
        now,
        Failure(
            Cause.PROGRESS_DEADLINE_EXCEEDED,
            Fault.APP,
            {"seconds": seconds, "ready": observed.ready, "wanted": observed.wanted},
        ),
    )
