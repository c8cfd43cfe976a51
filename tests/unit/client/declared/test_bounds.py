"""What a file may hold is what the API takes."""

import re
from typing import Any

import pytest
from appstore_client.declared import form, source

from tests.unit.client.test_openapi import description


def fields(name: str) -> dict[str, Any]:
    """The properties of one thing the API takes."""
    found: dict[str, Any] = description()["components"]["schemas"][name]["properties"]
    return found


def plain(schema: dict[str, Any]) -> dict[str, Any]:
    """What a field holds when it is not null."""
    return next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)


@pytest.mark.parametrize(
    ("field", "pattern"),
    [
        ("name", form.APP),
        ("app", form.APP),
        ("version", form.VERSION),
        ("environment", form.LABEL),
        ("declaredBy", source.SOURCE),
    ],
)
def test_names_have_the_same_form(field: str, pattern: re.Pattern[str]) -> None:
    """The pattern of a name is the API's."""
    assert plain(fields("DeploymentWish")[field])["pattern"] == f"^{pattern.pattern}$"


def test_numbers_are_the_same() -> None:
    """How many parameters, how long, how many pods."""
    wish = fields("DeploymentWish")
    assert wish["parameters"]["maxProperties"] == form.MOST_PARAMETERS
    assert plain(wish["replicas"])["maximum"] == form.MOST_REPLICAS
    value = next(iter(wish["parameters"]["patternProperties"].values()))
    assert value["maxLength"] == form.LONGEST_VALUE
    assert list(wish["parameters"]["patternProperties"]) == [f"^{form.LABEL.pattern}$"]
