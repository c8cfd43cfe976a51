"""What a team chooses, in the objects: values, secrets, replicas, a restart. And what stays as it is."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.apps.spec import AppSpec
from services.deployer.adapters.sandbox.replica_set import template_hash
from services.deployer.adapters.sandbox.schemas import validate
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.facts import DeploymentFacts
from tests.fakes.deployer_examples import DEPLOYMENT, START, an_environment, an_id
from tests.unit.deployer.specs import SMALL, WITH_SETTINGS

FACTS = DeploymentFacts(DEPLOYMENT, "assistant", "assistant", "1.0", 1, an_environment())


def built(facts: DeploymentFacts, spec: AppSpec = WITH_SETTINGS) -> dict[str, Any]:
    """The workload, valid by the schemas of Kubernetes."""
    found = next(one for one in build(facts, spec) if one["kind"] == "Deployment")
    validate(found, "1.37")
    return found


def variables(facts: DeploymentFacts) -> list[dict[str, Any]]:
    """The first container's variables."""
    found: list[dict[str, Any]] = built(facts)["spec"]["template"]["spec"]["containers"][0]["env"]
    return found


def test_what_is_not_chosen_has_its_default() -> None:
    """Sorted by name; a parameter without default and value is left to the description or left out."""
    assert variables(FACTS) == [
        {"name": "GREETING", "value": "hello"},
        {"name": "LANGUAGES", "value": "en,nl"},
        {"name": "SESSION_KEY", "valueFrom": {"secretKeyRef": {"name": "assistant-settings", "key": "session-key"}}},
    ]


def test_what_is_chosen_goes_before_the_description() -> None:
    """A value takes the place of the variable that the description sets."""
    chosen = variables(replace(FACTS, parameters={"languages": "de", "workers": "4"}))
    assert {one["name"]: one.get("value") for one in chosen if "value" in one} == {
        "GREETING": "hello",
        "LANGUAGES": "de",
        "WORKERS": "4",
    }


def test_the_order_of_what_is_chosen_does_not_matter() -> None:
    """The same choices give the same objects, so that a reconcile has nothing to write."""
    one = replace(FACTS, parameters={"languages": "de", "workers": "4"})
    other = replace(FACTS, parameters={"workers": "4", "languages": "de"})
    assert build(one, WITH_SETTINGS) == build(other, WITH_SETTINGS)


def test_a_secret_is_a_reference_and_a_new_one_starts_the_pods_again() -> None:
    """The value is in no object of ours: a key of the Secret, and the secret's id on the template."""
    first = replace(FACTS, secrets={"token": an_id(1)})
    second = replace(FACTS, secrets={"token": an_id(2)})
    reference = {"secretKeyRef": {"name": "assistant-settings", "key": "token"}}
    assert {"name": "TOKEN", "valueFrom": reference} in variables(first)
    assert built(first)["spec"]["template"]["metadata"]["annotations"] == {"appstore.nl/secrets": f"token={an_id(1)}"}
    assert template_hash(built(first)) != template_hash(built(second))


@pytest.mark.parametrize(
    ("facts", "same"),
    [
        (replace(FACTS, replicas=3), True),
        (replace(FACTS, replicas=0), True),
        (replace(FACTS, generation=9), True),
        (replace(FACTS, restarted_at=START), False),
        (replace(FACTS, parameters={"workers": "4"}), False),
    ],
)
def test_only_what_pods_are_made_from_makes_new_pods(facts: DeploymentFacts, *, same: bool) -> None:
    """Scaling keeps the pods there are; a restart and another setting replace them."""
    assert (template_hash(built(facts)) == template_hash(built(FACTS))) is same


def test_replicas_are_those_asked_for() -> None:
    """None leaves it to the version; 0 is a number like another."""
    assert [built(replace(FACTS, replicas=asked))["spec"]["replicas"] for asked in (None, 0, 5)] == [1, 0, 5]


def test_an_upgrade_changes_the_workload_alone() -> None:
    """Account, policies, claims and Service outlive a version: another one does not write them."""
    other = replace(FACTS, version="2.0", generation=2)
    pairs = zip(build(FACTS, SMALL), build(other, SMALL), strict=True)
    assert [before["kind"] for before, after in pairs if before != after] == ["Deployment"]
