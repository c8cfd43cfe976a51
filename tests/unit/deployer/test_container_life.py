"""What becomes of a container, moment by moment."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deployer.adapters.sandbox.amounts import NOTHING
from services.deployer.adapters.sandbox.cluster_file import BackOff, Behaviour, Image
from services.deployer.adapters.sandbox.container_life import Life, life_of, missing_image
from services.deployer.adapters.sandbox.pod import ContainerSpec
from services.deployer.adapters.sandbox.pulls import Missing, Pull
from services.deployer.domain.observed import OOM_KILLED, Ended, Reason, Unhealthy
from tests.fakes.deployer_examples import START

BACK_OFF = BackOff(first_seconds=1, ceiling_seconds=4)
PROBED = ContainerSpec("web", "image:1", NOTHING, memory_limit_mebibytes=512, probe_seconds=2, probe_path="/ready")
UNPROBED = ContainerSpec("web", "image:1", NOTHING)
PULL = Pull("image:1", START, START + timedelta(seconds=2), fetched=True)


def an_image(*, uses: int = 0, **behaviour: object) -> Image:
    """An image that starts in three seconds."""
    return Image(
        image="image:1",
        size_mebibytes=100,
        start_seconds=3,
        uses_mebibytes=uses,
        behaviour=Behaviour.model_validate(behaviour),
    )


def at(seconds: float, image: Image, spec: ContainerSpec = PROBED) -> Life:
    """The container so many seconds after its pod got a node."""
    return life_of(spec, image, PULL, BACK_OFF, "pod", START + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("seconds", "waiting", "ready"),
    [
        (0, "ContainerCreating", False),
        (1.9, "ContainerCreating", False),
        (2, None, False),
        (5.9, None, False),
        (6, None, True),
        (999, None, True),
    ],
)
def test_a_healthy_container(seconds: float, waiting: str | None, ready: bool) -> None:  # noqa: FBT001 - a table
    """Pulled after 2 s, it answers 3 s later, and the probe that comes each 2 s sees it at the next turn."""
    status = at(seconds, an_image()).status
    assert (status.waiting, status.ready) == (waiting, ready)


def test_without_a_probe_running_is_ready() -> None:
    """As in Kubernetes, nobody asks, so it is ready when it runs."""
    assert at(2, an_image(), UNPROBED).status.ready


@pytest.mark.parametrize(
    ("seconds", "waiting", "restarts"),
    [
        (2.5, None, 0),
        (3.5, None, 1),
        (4.0, "CrashLoopBackOff", 1),
        (4.9, "CrashLoopBackOff", 1),
        (5.0, None, 2),
        (6.0, "CrashLoopBackOff", 2),
        (8.0, None, 3),
        (9.0, "CrashLoopBackOff", 3),
    ],
)
def test_a_container_that_ends_is_started_again(seconds: float, waiting: str | None, restarts: int) -> None:
    """The first restart comes at once, the next after 1 s, then 2 s: the back-off doubles."""
    status = at(seconds, an_image(runs=False, exitCode=3, afterSeconds=1, lastLine="no")).status
    assert (status.waiting, status.restarts) == (waiting, restarts)
    ended = (Ended("Error", 3), ("no",)) if restarts or waiting else (None, ())
    assert (status.ended, status.log) == ended


def test_a_container_over_its_memory_limit_is_killed() -> None:
    """What uses more than its limit ends with 137, OOMKilled, as soon as it has started."""
    status = at(5.1, an_image(uses=600)).status
    assert status.ended == Ended(OOM_KILLED, 137)
    assert at(6, an_image(uses=512)).status.ended is None


def test_a_probe_that_is_answered_with_no() -> None:
    """From the first answer on, the status says what the app answered."""
    image = an_image(readinessStatus=503)
    assert at(5.9, image).status.unhealthy is None
    status = at(6, image).status
    assert not status.ready
    sentence = "Readiness probe failed: HTTP probe failed with statuscode: 503"
    assert status.unhealthy == Unhealthy(START + timedelta(seconds=6), sentence, "/ready")


def test_a_probe_by_port_asks_for_no_status() -> None:
    """Opening the port is all it takes."""
    spec = ContainerSpec("web", "image:1", NOTHING, probe_seconds=2)
    assert at(6, an_image(readinessStatus=503), spec).status.ready


@pytest.mark.parametrize(
    ("seconds", "attempts", "waiting"),
    [
        (0, 1, "ErrImagePull"),
        (0.5, 1, "ImagePullBackOff"),
        (1, 2, "ErrImagePull"),
        (3, 3, "ErrImagePull"),
        (6.9, 3, "ImagePullBackOff"),
        (7, 4, "ErrImagePull"),
        (11, 5, "ErrImagePull"),
    ],
)
def test_an_image_that_is_not_there(seconds: float, attempts: int, waiting: str) -> None:
    """It is tried again and again, each time after a longer wait, up to the ceiling."""
    life = missing_image(
        PROBED, Missing("image:1", START, "not found"), BACK_OFF, "add it", START + timedelta(seconds=seconds)
    )
    assert (life.status.pull_attempts, life.status.waiting, life.status.how_to_add) == (attempts, waiting, "add it")


@given(st.floats(0, 60), st.floats(0, 60))
def test_a_healthy_container_never_goes_back(first: float, second: float) -> None:
    """What happened by an earlier moment has happened by a later one, and ready stays ready."""
    earlier, later = sorted((first, second))
    before, after = at(earlier, an_image()), at(later, an_image())
    assert set(map(str, before.happened)) <= set(map(str, after.happened))
    assert before.status.ready <= after.status.ready


@given(st.floats(0, 60), st.booleans())
def test_nothing_changes_before_the_next_change(seconds: float, crashes: bool) -> None:  # noqa: FBT001 - two kinds
    """Whoever looks again at the moment that was named misses nothing."""
    image = an_image(runs=not crashes, afterSeconds=1.5)
    now = at(seconds, image)
    if now.changes:
        just_before = (min(now.changes) - START).total_seconds() - 1e-6
        assert at(max(just_before, seconds), image).status == now.status
    else:
        assert at(seconds + 1000, image).status == now.status


def test_what_happened_is_told_with_its_parameters() -> None:
    """Pulling says how much, a restart how often and with which exit code."""
    happened = at(5.5, an_image(runs=False, exitCode=3, afterSeconds=1)).happened
    told = [(one.reason, dict(one.params)) for one in happened]
    assert told == [
        (Reason.PULLING, {"image": "image:1", "mebibytes": 100}),
        (Reason.PULLED, {"image": "image:1"}),
        (Reason.RESTARTED, {"restarts": 1, "exitCode": 3}),
        (Reason.RESTARTED, {"restarts": 2, "exitCode": 3}),
    ]
