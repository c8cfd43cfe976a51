"""Names and labels stay within what Kubernetes allows."""

import re

from hypothesis import given
from hypothesis import strategies as st

from services.deployer.domain.manifest.build import NOTHING, build
from services.deployer.domain.manifest.exposure import address
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.labels import derived_name, label_value
from tests.fakes.deployer_examples import DEPLOYMENT, an_environment
from tests.unit.deployer.specs import EVERYTHING, SMALL, WITH_GPU

LABEL = re.compile(r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")
VALUE = re.compile(r"^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$")
NAMES = st.from_regex(r"\A[a-z]([a-z0-9-]{0,61}[a-z0-9])?\Z")


@given(NAMES, NAMES)
def test_a_derived_name_is_a_label(name: str, suffix: str) -> None:
    """However long the parts are, the name fits and is a DNS label."""
    assert LABEL.match(derived_name(name, suffix))


def test_two_long_names_stay_apart() -> None:
    """Cutting does not make two names one."""
    assert derived_name("a" * 60, "data-one") != derived_name("a" * 60, "data-two")


@given(st.from_regex(r"\A[A-Za-z0-9_][A-Za-z0-9._+-]{0,63}\Z"))
def test_every_version_is_a_label_value(version: str) -> None:
    """Any version a maker writes can stand in a label."""
    assert VALUE.match(label_value(version))


@given(NAMES)
def test_every_object_is_named_and_owned(name: str) -> None:
    """All but the team's namespace carry the deployment and the team; the workload says which generation it is of."""
    facts = DeploymentFacts(DEPLOYMENT, name, "assistant", "1", 7, an_environment())
    for manifest in build(facts, EVERYTHING)[1:]:
        labels = manifest["metadata"]["labels"]
        assert LABEL.match(manifest["metadata"]["name"])
        assert labels["appstore.nl/deployment"] == DEPLOYMENT
        assert labels.get("appstore.nl/generation") == ("7" if manifest["kind"] == "Deployment" else None)
        assert manifest["metadata"]["namespace"] == "demo-test"


def test_asking_again_for_the_same_version_restarts_nothing() -> None:
    """The pod template does not change with the generation."""
    templates = []
    for generation in (1, 2):
        objects = build(DeploymentFacts(DEPLOYMENT, "a", "assistant", "1", generation, an_environment()), SMALL)
        templates.append(next(one for one in objects if one["kind"] == "Deployment")["spec"]["template"])
    assert templates[0] == templates[1]


def test_only_public_ports_are_let_in() -> None:
    """The policy opens exactly the public ports, and nothing when there are none."""
    facts = DeploymentFacts(DEPLOYMENT, "a", "assistant", "1", 1, an_environment())
    policies = [one for one in build(facts, EVERYTHING) if one["kind"] == "NetworkPolicy"]
    assert [port["port"] for port in policies[1]["spec"]["ingress"][0]["ports"]] == [8080, 7700]
    assert "ingress" not in policies[0]["spec"]
    hidden = build(facts, WITH_GPU)
    assert [one["kind"] for one in hidden].count("NetworkPolicy") == 1
    assert "Service" not in [one["kind"] for one in hidden]
    assert address(facts, WITH_GPU, NOTHING) is None
    assert address(facts, SMALL, NOTHING) == "http://a.demo-test.svc:8080"
