"""When images arrive on a node."""

from datetime import timedelta

from services.deployer.adapters.sandbox.amounts import NOTHING
from services.deployer.adapters.sandbox.cluster_file import Image
from services.deployer.adapters.sandbox.pod import ContainerSpec, SandboxPod
from services.deployer.adapters.sandbox.pulls import Missing, Pull, pulls_on
from tests.fakes.deployer_examples import START

IMAGES = {name: Image(image=name, size_mebibytes=size) for name, size in (("small:1", 100), ("big:1", 1000))}


def a_pod(name: str, *images: str, bound: float = 0) -> SandboxPod:
    """A pod that got its node after so many seconds."""
    containers = tuple(ContainerSpec(f"c{number}", image, NOTHING) for number, image in enumerate(images))
    return SandboxPod(name, "demo", name, "t", START, containers, {}, "worker-1", START + timedelta(seconds=bound))


def seconds(pull: Pull | Missing) -> tuple[float, float, bool]:
    """Start and end, after the start of the test, and whether it was fetched."""
    assert isinstance(pull, Pull)
    return (pull.start - START).total_seconds(), (pull.end - START).total_seconds(), pull.fetched


def test_size_and_bandwidth_decide_how_long() -> None:
    """A thousand MiB at a hundred a second take ten seconds."""
    pulls = pulls_on([a_pod("a", "big:1")], 100, IMAGES, frozenset())
    assert seconds(pulls["demo", "a", "c0"]) == (0, 10, True)


def test_a_node_fetches_one_image_at_a_time() -> None:
    """The second pod's image waits for the first, and what is there already waits for nothing."""
    pods = [
        a_pod("a", "big:1"),
        a_pod("b", "small:1", bound=1),
        a_pod("c", "big:1", bound=2),
        a_pod("d", "big:1", bound=20),
    ]
    pulls = pulls_on(pods, 100, IMAGES, frozenset())
    assert [seconds(pulls["demo", name, "c0"]) for name in "abcd"] == [
        (0, 10, True),
        (10, 11, True),
        (10, 10, False),
        (20, 20, False),
    ]


def test_what_was_there_before_is_not_fetched() -> None:
    """The image outlives the pod that brought it."""
    pulls = pulls_on([a_pod("a", "big:1")], 100, IMAGES, frozenset({"big:1"}))
    assert seconds(pulls["demo", "a", "c0"]) == (0, 0, False)


def test_an_unknown_image_is_missing_and_keeps_nobody_waiting() -> None:
    """The other containers of the pod are fetched all the same."""
    pulls = pulls_on([a_pod("a", "nowhere:1", "small:1")], 100, IMAGES, frozenset())
    missing = pulls["demo", "a", "c0"]
    assert isinstance(missing, Missing)
    assert (missing.image, missing.start, missing.message.endswith("nowhere:1: not found")) == (
        "nowhere:1",
        START,
        True,
    )
    assert seconds(pulls["demo", "a", "c1"]) == (0, 1, True)


def test_the_order_of_the_list_does_not_matter() -> None:
    """Pods go by the moment they got their node, then by name."""
    pods = [a_pod("a", "big:1"), a_pod("b", "small:1", "big:1", bound=1)]
    assert pulls_on(pods, 100, IMAGES, frozenset()) == pulls_on(pods[::-1], 100, IMAGES, frozenset())
