"""Who gets which node, as tables."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deployer.adapters.sandbox.amounts import Amounts
from services.deployer.adapters.sandbox.cluster_file import Node, Quota
from services.deployer.adapters.sandbox.pod import ContainerSpec, SandboxPod
from services.deployer.adapters.sandbox.quantities import cpu_text, kibibytes, memory_text, millicores
from services.deployer.adapters.sandbox.quota import excess
from services.deployer.adapters.sandbox.scheduler import free_on, message, schedule, shortage
from tests.fakes.deployer_examples import START

GIBIBYTE = 1024 * 1024
NODES = (
    Node(name="worker-1", cpu="4", memory="8Gi"),
    Node(name="worker-2", cpu="4", memory="8Gi"),
    Node(name="gpu-1", cpu="4", memory="16Gi", gpus=1),
)


def a_pod(name: str, cpu: int = 1000, memory: int = GIBIBYTE, gpu: int = 0, *, after: float = 0) -> SandboxPod:
    """A pod that waits for a node."""
    container = ContainerSpec("web", "image", Amounts(cpu, memory, gpu))
    return SandboxPod(name, "demo-test", name, "t", START + timedelta(seconds=after), (container,), {})


@pytest.mark.parametrize(
    ("pods", "nodes"),
    [
        ([a_pod("a")], {"a": "worker-1"}),
        ([a_pod("a", 3000), a_pod("b", 3000), a_pod("c", 3000)], {"a": "worker-1", "b": "worker-2", "c": "gpu-1"}),
        ([a_pod("a", gpu=1), a_pod("b", gpu=1)], {"a": "gpu-1", "b": None}),
        ([a_pod("a", memory=12 * GIBIBYTE)], {"a": "gpu-1"}),
        ([a_pod("a", cpu=5000)], {"a": None}),
        (
            [a_pod("late", 4000, after=1), a_pod("z", 4000), a_pod("y", 4000)],
            {"y": "worker-1", "z": "worker-2", "late": "gpu-1"},
        ),
    ],
)
def test_pods_get_the_first_node_with_room(pods: list[SandboxPod], nodes: dict[str, str | None]) -> None:
    """By creation, then name, each pod gets the first node in the file's order that fits."""
    assert {pod.name: pod.node for pod in schedule(pods, NODES, START)} == nodes


def test_a_pod_keeps_its_node() -> None:
    """Room that comes free later moves nobody."""
    placed = a_pod("a").bound("gpu-1", START)
    assert schedule([placed], NODES, START + timedelta(seconds=9)) == (placed,)


@given(st.permutations([a_pod(f"p{number}", 1000 + 500 * number) for number in range(6)]))
def test_the_order_of_the_list_does_not_matter(pods: list[SandboxPod]) -> None:
    """The outcome follows from the pods, not from the order in which they are handed over."""
    assert schedule(pods, NODES, START) == schedule(sorted(pods, key=lambda pod: pod.name), NODES, START)


@given(st.lists(st.tuples(st.integers(100, 5000), st.integers(1, 20), st.integers(0, 2)), max_size=12))
def test_no_node_gives_more_than_it_has(asked: list[tuple[int, int, int]]) -> None:
    """Whatever is asked, no node is overcommitted."""
    pods = [a_pod(f"p{number}", cpu, memory * GIBIBYTE, gpu) for number, (cpu, memory, gpu) in enumerate(asked)]
    free = free_on(NODES, schedule(pods, NODES, START))
    assert all(min(amounts.cpu, amounts.memory, amounts.gpu) >= 0 for amounts in free.values())


@pytest.mark.parametrize(
    ("asked", "resource", "text", "free"),
    [
        (Amounts(memory=500 * GIBIBYTE), "memory", "500Gi", "16Gi"),
        (Amounts(cpu=7500), "cpu", "7500m", "4"),
        (Amounts(gpu=2), "nvidia.com/gpu", "2", "1"),
        (Amounts(cpu=4000, memory=12 * GIBIBYTE, gpu=1), "nvidia.com/gpu", "1", "1"),
    ],
)
def test_a_shortage_names_what_was_asked_and_what_is_free(asked: Amounts, resource: str, text: str, free: str) -> None:
    """The resource that no node has enough of, what was asked and the most that is free."""
    found = shortage(asked, free_on(NODES, ()))
    assert (found.resource, found.asked, found.free) == (resource, text, free)


def test_the_message_is_kubernetes_own() -> None:
    """An operator reads the sentence of the scheduler they know."""
    assert message(Amounts(memory=500 * GIBIBYTE), free_on(NODES, ())) == (
        "0/3 nodes are available: 3 Insufficient memory."
    )


@pytest.mark.parametrize(
    ("quota", "resource"),
    [
        (Quota(), None),
        (Quota(pods=3), None),
        (Quota(pods=2), "pods"),
        (Quota(cpu="2500m"), "requests.cpu"),
        (Quota(cpu="3", memory="2Gi"), "requests.memory"),
        (Quota(gpus=0), None),
    ],
)
def test_a_quota_refuses_what_it_has_no_room_for(quota: Quota, resource: str | None) -> None:
    """Two pods are there and a third asks the same: the first limit it breaks is named."""
    found = excess(quota, [a_pod("a"), a_pod("b")], a_pod("c").asked)
    assert (found.resource if found else None) == resource


def test_a_refusal_names_asked_used_and_limit() -> None:
    """The words are the API server's."""
    found = excess(Quota(memory="2Gi"), [a_pod("a"), a_pod("b")], a_pod("c").asked)
    assert found is not None
    assert found.message("c") == (
        'pods "c" is forbidden: exceeded quota: appstore, requested: requests.memory=1Gi, '
        "used: requests.memory=2Gi, limited: requests.memory=2Gi"
    )


@given(st.integers(1, 10**6))
def test_quantities_survive_writing(amount: int) -> None:
    """What is written as a quantity is read as the same amount."""
    assert kibibytes(memory_text(amount)) == amount
    assert millicores(cpu_text(amount)) == amount
