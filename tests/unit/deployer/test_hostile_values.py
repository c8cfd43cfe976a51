"""Whatever a value says, it is a value: it makes no other object, no other field and no other namespace."""

import base64
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.apps.parameter import LONGEST
from contracts.apps.spec import AppSpec
from services.deployer.adapters.sandbox.schemas import validate
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.secret import settings_secret
from services.deployer.domain.settings_check import wrong_setting
from services.deployer.lineage import came_from
from tests.fakes.deployer_examples import DEPLOYMENT, START, an_environment, asked
from tests.unit.deployer.specs import WITH_SETTINGS

FACTS = DeploymentFacts(DEPLOYMENT, "assistant", "assistant", "1.0", 1, an_environment())
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=LONGEST)
INJECTIONS = (
    "x\n  namespace: kube-system\n",
    "x\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: kube-system}\n",
    '", "namespace": "kube-system',
    "!!python/object/apply:os.system [id]",
    "{{ .Values.namespace }} ${NAMESPACE} `id` %(x)s",
    "\n".join("line" for _ in range(800)),
    "\u2028namespace: kube-system\u2029\x85\ufeff",
)


def built(value: str) -> tuple[dict[str, Any], ...]:
    """The objects of a deployment whose team chose this value."""
    return build(replace(FACTS, parameters={"languages": value}), WITH_SETTINGS)


def without_value(objects: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """The objects, with the variable that was chosen left out."""
    copies = yaml.safe_load(yaml.safe_dump(list(objects)))
    pod = next(one for one in copies if one["kind"] == "Deployment")["spec"]["template"]["spec"]
    pod["containers"][0]["env"] = [one for one in pod["containers"][0]["env"] if one["name"] != "LANGUAGES"]
    found: list[dict[str, Any]] = copies
    return found


def chosen(objects: tuple[dict[str, Any], ...]) -> str:
    """The value as it stands in the object."""
    pod = next(one for one in objects if one["kind"] == "Deployment")["spec"]["template"]["spec"]
    return next(str(one["value"]) for one in pod["containers"][0]["env"] if one["name"] == "LANGUAGES")


@given(VALUES)
@example(INJECTIONS[0])
@example(INJECTIONS[1])
@example(INJECTIONS[2])
@example(INJECTIONS[3])
@example(INJECTIONS[4])
@example(INJECTIONS[5])
@example(INJECTIONS[6])
@settings(max_examples=60, deadline=None)
def test_a_value_changes_nothing_but_itself(value: str) -> None:
    """Beside the one variable, the objects are those of a harmless value, also once written as YAML and read again."""
    objects = built(value)
    assert without_value(objects) == without_value(built("en"))
    assert {one["metadata"].get("namespace", "demo-test") for one in objects} == {"demo-test"}
    assert expanded(chosen(objects), {"SESSION_KEY": "the secret"}) == value


@pytest.mark.parametrize("value", INJECTIONS)
def test_an_injection_meets_the_schemas_as_plain_text(value: str) -> None:
    """The API server gets a valid object with the text in it, whole."""
    objects = built(value)
    for manifest in objects:
        validate(manifest, "1.37")
    assert expanded(chosen(objects), {}) == value


@pytest.mark.parametrize("value", ["$(SESSION_KEY)", "a$(SESSION_KEY)b", "$$(SESSION_KEY)"])
def test_a_value_reads_no_other_variable(value: str) -> None:
    """Kubernetes fills in `$(NAME)`: a team's value can't get at a secret variable that way."""
    written = chosen(built(value))
    assert expanded(written, {"SESSION_KEY": "the secret"}) == value


@given(VALUES)
@settings(max_examples=30, deadline=None)
def test_a_secret_value_is_bytes_and_nothing_else(value: str) -> None:
    """A sealed value stands encoded in its Secret, whatever it says."""
    written = yaml.safe_load(yaml.safe_dump(settings_secret(FACTS, {"token": value})))
    assert base64.b64decode(written["data"]["token"]).decode() == value
    assert written["metadata"]["namespace"] == "demo-test"


@pytest.mark.parametrize(
    ("bounds", "value", "wrong"),
    [
        ({"pattern": "[a-z]{2}(,[a-z]{2})*"}, "en\nnl", "of the form"),
        ({"maxLength": 10}, "\n" * 11, "no more characters than 10"),
        ({"kind": "number", "minimum": 1, "maximum": 8}, "9", "between: 1 … 8"),
        ({"kind": "number", "whole": True}, "1.5", "a whole number"),
    ],
)
def test_the_deployer_judges_again_by_what_it_builds(bounds: dict[str, Any], value: str, wrong: str) -> None:
    """What the gateway let through by an older copy of the version is refused by field, without the value."""
    described = WITH_SETTINGS.model_dump(mode="json", by_alias=True)
    described["parameters"][0] |= bounds
    event = asked(parameters={"languages": value})
    request = KnownRequest.of(event.data, 1, START, came_from(event.context))
    field, message = wrong_setting(AppSpec.model_validate(described), request) or ("", "")
    assert (field, wrong in message) == ("parameters.languages", True)
    assert value not in message


def expanded(text: str, variables: dict[str, str]) -> str:
    """As Kubernetes expands a variable's value: `$$` is `$`, `$(NAME)` is the variable, all else stays."""
    found, place = "", 0
    while place < len(text):
        if text.startswith("$$", place):
            found, place = found + "$", place + 2
        elif text.startswith("$(", place) and ")" in text[place:]:
            end = text.index(")", place)
            found, place = found + variables.get(text[place + 2 : end], text[place : end + 1]), end + 1
        else:
            found, place = found + text[place], place + 1
    return found
