"""The manifests, whole, beside what they were. With APPSTORE_WRITE_GOLDEN=1 the files are written anew."""

import os
from pathlib import Path

import pytest
import yaml

from contracts.apps.spec import AppSpec
from services.deployer.adapters.sandbox.schemas import validate
from services.deployer.domain.manifest.build import Manifest, build
from services.deployer.domain.manifest.facts import DeploymentFacts
from tests.fakes.deployer_examples import DEPLOYMENT, an_environment
from tests.unit.deployer.specs import EVERYTHING, SMALL, WITH_GPU

GOLDEN = Path(__file__).parent / "golden"
EXAMPLES = {"small": SMALL, "everything": EVERYTHING, "with-gpu": WITH_GPU}
ORDER = [
    "Namespace",
    "ConfigMap",
    "LimitRange",
    "ResourceQuota",
    "ServiceAccount",
    "NetworkPolicy",
    "PersistentVolumeClaim",
    "Deployment",
    "Service",
    "Ingress",
    "HTTPRoute",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
]


def manifests(spec: AppSpec) -> tuple[Manifest, ...]:
    """What is built for a description."""
    return build(DeploymentFacts(DEPLOYMENT, "my-assistant", "assistant", "2.1+build", 3, an_environment()), spec)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_manifest_is_the_golden_one(name: str) -> None:
    """A description becomes exactly the objects that were agreed on."""
    built = yaml.safe_dump_all(manifests(EXAMPLES[name]), sort_keys=False)
    golden = GOLDEN / f"{name}.yaml"
    if os.environ.get("APPSTORE_WRITE_GOLDEN"):
        golden.write_text(built)
    assert built == golden.read_text()


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_object_meets_the_schemas_of_kubernetes(name: str) -> None:
    """An API server of the pinned version accepts the shape of every object."""
    for manifest in manifests(EXAMPLES[name]):
        validate(manifest, "1.37")


@pytest.mark.parametrize("name", EXAMPLES)
def test_objects_come_in_the_order_in_which_they_need_each_other(name: str) -> None:
    """Accounts, policies and claims are there before the pods that use them."""
    kinds = [manifest["kind"] for manifest in manifests(EXAMPLES[name])]
    assert kinds == sorted(kinds, key=ORDER.index)


def test_the_same_facts_give_the_same_objects() -> None:
    """Building is pure: a reconcile that changes nothing has nothing to write."""
    assert manifests(EVERYTHING) == manifests(EVERYTHING)
