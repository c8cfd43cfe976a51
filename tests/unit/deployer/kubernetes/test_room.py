"""What a pod that no node takes lacks, in amounts."""

from decimal import Decimal

from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.adapters.kubernetes.room import left_over, shortage_in, told
from services.deployer.domain.observed import Shortage

WHOLE = {"a": {"cpu": Decimal(4)}, "b": {"cpu": Decimal(8)}}
PODS = [{"spec": {"nodeName": "b", "containers": [{"resources": {"requests": {"cpu": "6500m"}}}, {}]}}]


def test_it_is_measured_on_the_node_with_most_left() -> None:
    """Half of a node that is nearly full counts less than a small one that is empty."""
    left = left_over(WHOLE, PODS)
    assert left["b"]["cpu"] == Decimal("1.5")
    assert shortage_in(WHOLE, left, "cpu", "5") == Shortage("cpu", "5", "4", "1")


def test_more_than_any_node_has_is_too_large() -> None:
    """Nothing that others stop makes room for it."""
    assert shortage_in(WHOLE, None, "cpu", "9") == Shortage("cpu", "9", "8", "1", too_large=True)


def test_what_was_not_counted_is_not_told() -> None:
    """Too many pods to read, or room that came meanwhile."""
    assert shortage_in(WHOLE, None, "cpu", "5") == Shortage("cpu", "5", "?", "?")
    assert shortage_in(WHOLE, WHOLE, "cpu", "5").missing == "?"


def test_amounts_are_written_as_people_write_them() -> None:
    """Mebibytes, and thousandths of a processor where they are needed."""
    assert [told("memory", Decimal(2**30)), told("cpu", Decimal("0.5")), told("cpu", Decimal(2))] == [
        "1024Mi",
        "500m",
        "2",
    ]


def test_a_page_that_does_not_exist_is_a_kind_that_is_not_served() -> None:
    """A namespace that is not there is another 404: it may come."""
    assert ApiRefused.of(404, {}).is_unserved
    assert ApiRefused.of(404, {"message": "the server could not find the requested resource"}).is_unserved
    assert not ApiRefused.of(404, {"message": 'namespaces "a" not found'}).is_unserved
