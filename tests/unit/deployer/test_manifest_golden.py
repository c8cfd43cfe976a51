"""The manifests, whole, beside what they were. With APPSTORE_WRITE_GOLDEN=1 the files are written anew."""

import os
from pathlib import Path

import pytest
import yaml

from contracts.apps.spec import AppSpec
from contracts.clusters.offer import Offer
from services.catalog.adapters.files.app_folders import read_apps
from services.deployer.adapters.sandbox.schemas import validate
from services.deployer.domain.manifest.build import NOTHING, Manifest, build
from services.deployer.domain.manifest.facts import DeploymentFacts
from tests.fakes.deployer_examples import DEPLOYMENT, an_environment
from tests.unit.deployer.connected import CONNECTED, OFFER, WITH_GATEWAY
from tests.unit.deployer.specs import EVERYTHING, SMALL, WITH_GPU

GOLDEN = Path(__file__).parent / "golden"
APPS = Path(__file__).parents[3] / "services" / "catalog" / "apps"
Example = tuple[AppSpec, Offer]


def examples() -> dict[str, Example]:
    """By the name of its golden file: descriptions with what their environment offers, and every shipped version."""
    shipped = {
        f"apps/{app.name}-{version.version}": (version.spec, NOTHING)
        for app in read_apps(APPS).folders
        for version in app.versions
    }
    return {
        "small": (SMALL, NOTHING),
        "everything": (EVERYTHING, NOTHING),
        "with-gpu": (WITH_GPU, NOTHING),
        "connected": (CONNECTED, OFFER),
        "by-gateway": (SMALL, WITH_GATEWAY),
        **shipped,
    }


EXAMPLES = examples()
WITHOUT_SCHEMA = ("HTTPRoute",)
"""Kinds of the Gateway API, which a cluster may have beside Kubernetes' own."""
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


def manifests(example: Example) -> tuple[Manifest, ...]:
    """What is built for a description."""
    spec, offer = example
    facts = DeploymentFacts(DEPLOYMENT, "my-assistant", "assistant", "2.1+build", 3, an_environment())
    return build(facts, spec, offer)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_manifest_is_the_golden_one(name: str) -> None:
    """A description becomes exactly the objects that were agreed on."""
    built = yaml.safe_dump_all(manifests(EXAMPLES[name]), sort_keys=False)
    golden = GOLDEN / f"{name}.yaml"
    if os.environ.get("APPSTORE_WRITE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(built)
    assert built == golden.read_text()


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_object_meets_the_schemas_of_kubernetes(name: str) -> None:
    """An API server of the pinned version accepts the shape of every object."""
    for manifest in manifests(EXAMPLES[name]):
        if manifest["kind"] not in WITHOUT_SCHEMA:
            validate(manifest, "1.37")


def test_no_golden_file_is_left_over() -> None:
    """Each is of an example that there is."""
    assert {str(path.relative_to(GOLDEN)).removesuffix(".yaml") for path in GOLDEN.rglob("*.yaml")} == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_objects_come_in_the_order_in_which_they_need_each_other(name: str) -> None:
    """Accounts, policies and claims are there before the pods that use them."""
    kinds = [manifest["kind"] for manifest in manifests(EXAMPLES[name])]
    assert kinds == sorted(kinds, key=ORDER.index)


def test_the_same_facts_give_the_same_objects() -> None:
    """Building is pure: a reconcile that changes nothing has nothing to write."""
    assert manifests(EXAMPLES["everything"]) == manifests(EXAMPLES["everything"])
