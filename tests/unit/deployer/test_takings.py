"""What a deployment takes, and what its quota says: counted as Kubernetes counts."""

from decimal import Decimal
from typing import Any

import pytest

from services.deployer.domain.quantity import amount, written
from services.deployer.domain.rehearsal import Rehearsal, Rehearsed
from services.deployer.domain.takings import takings


def a_workload(replicas: int, memory: str = "512Mi", gpus: int = 0) -> dict[str, Any]:
    """A Deployment with one container."""
    gpu = {"nvidia.com/gpu": str(gpus)} if gpus else {}
    resources = {"requests": {"cpu": "250m", "memory": memory, **gpu}, "limits": {"memory": memory}}
    template = {"spec": {"containers": [{"name": "app", "resources": resources}]}}
    return {"kind": "Deployment", "metadata": {"name": "app"}, "spec": {"replicas": replicas, "template": template}}


def a_claim(size: str) -> dict[str, Any]:
    """A PersistentVolumeClaim."""
    spec = {"resources": {"requests": {"storage": size}}}
    return {"kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": spec}


def a_quota(hard: dict[str, str], used: dict[str, str], name: str = "appstore") -> dict[str, Any]:
    """A ResourceQuota."""
    return {"kind": "ResourceQuota", "metadata": {"name": name}, "spec": {"hard": hard}, "status": {"used": used}}


def told(rehearsal: Rehearsal) -> dict[str, tuple[str, str, str | None]]:
    """Resource → before, after, missing."""
    return {one.resource: (one.before, one.after, one.missing) for one in takings(rehearsal)}


def test_each_pod_and_each_claim_counts() -> None:
    """Requests and limits times the pods, claims as they are, GPUs by number; in a steady order."""
    before, after = a_workload(1), a_workload(3, "1Gi", gpus=1)
    rehearsal = Rehearsal((Rehearsed(after, before, after), Rehearsed(a_claim("10Gi"), None, a_claim("10Gi"))))
    assert told(rehearsal) == {
        "pods": ("1", "3", None),
        "requests.cpu": ("250m", "750m", None),
        "requests.memory": ("512Mi", "3Gi", None),
        "limits.memory": ("512Mi", "3Gi", None),
        "requests.nvidia.com/gpu": ("0", "3", None),
        "requests.storage": ("0", "10Gi", None),
    }
    assert next(iter(told(rehearsal))) == "pods"


def test_a_quota_without_room_says_how_much_is_missing() -> None:
    """What others use counts, what this deployment has already does not count twice."""
    before, after = a_workload(1), a_workload(3)
    quota = a_quota({"pods": "4", "memory": "2Gi"}, {"pods": "3", "memory": "1536Mi"})
    found = told(Rehearsal((Rehearsed(after, before, after),), quotas=(quota,)))
    assert found["pods"] == ("1", "3", "1")
    assert found["requests.memory"] == ("512Mi", "1536Mi", "512Mi")
    assert found["requests.cpu"][2] is None


def test_taking_less_is_never_refused() -> None:
    """Over a quota that became smaller, going down still works."""
    before, after = a_workload(3), a_workload(2)
    quota = a_quota({"pods": "1"}, {"pods": "3"})
    assert told(Rehearsal((Rehearsed(after, before, after),), quotas=(quota,)))["pods"] == ("3", "2", None)


def test_the_tightest_of_several_quotas_counts() -> None:
    """A quota of the cluster's own beside ours counts too; of ours the limit as it would be."""
    wanted = a_quota({"pods": "10"}, {})
    there = (a_quota({"pods": "1"}, {"pods": "1"}), a_quota({"pods": "5"}, {"pods": "1"}, name="others"))
    after = a_workload(6)
    objects = (Rehearsed(wanted, there[0], wanted), Rehearsed(after, None, after))
    assert told(Rehearsal(objects, quotas=there))["pods"] == ("0", "6", "2")


@pytest.mark.parametrize(
    ("resource", "quantity", "same"),
    [
        ("requests.memory", "1536Mi", "1536Mi"),
        ("requests.memory", "1Gi", "1Gi"),
        ("requests.storage", "0", "0"),
        ("requests.cpu", "1.5", "1500m"),
        ("requests.cpu", "2", "2"),
        ("pods", "3", "3"),
        ("limits.memory", "1000", "1000"),
    ],
)
def test_an_amount_is_written_as_people_do(resource: str, quantity: str, same: str) -> None:
    """Bytes in the largest whole unit, CPU in thousandths when it is no whole number."""
    assert written(resource, amount(quantity)) == same
    assert amount("1Ki") == Decimal(1024)
