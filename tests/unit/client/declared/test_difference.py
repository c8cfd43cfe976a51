"""What differs is told field by field, with both values."""

from typing import Any

import pytest
from appstore_client.declared.difference import (
    Difference,
    Row,
    asked_state,
    declared_state,
    differences,
    running_state,
    three_ways,
    valid_state,
)

from tests.unit.client.declared.deployments import TOKEN, declared, deployment, wish


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, []),
        ({"version": "2"}, [Difference("version", "1", "2")]),
        (
            {"parameters": {"b": "2", "a": "1"}},
            [Difference("parameters.a", None, "1"), Difference("parameters.b", None, "2")],
        ),
        ({"secrets": {"token": TOKEN}}, [Difference("secrets.token", None, "given")]),
        ({"replicas": 0}, [Difference("replicas", None, "0")]),
    ],
)
def test_each_field_is_compared(more: dict[str, Any], found: list[Difference]) -> None:
    """Version, settings, secrets by name, and pods; nothing differs where nothing is named."""
    assert list(differences(asked_state(deployment()), declared_state(declared(**more)))) == found


def test_what_is_gone_differs_too() -> None:
    """A setting, a secret or a number that a file no longer names goes back to the version's own."""
    before = asked_state(deployment(wish(parameters={"a": ""}, secrets=["token"], replicas=2)))
    assert list(differences(before, declared_state(declared()))) == [
        Difference("parameters.a", "", None),
        Difference("secrets.token", "given", None),
        Difference("replicas", "2", None),
    ]


def test_who_declares_it_differs() -> None:
    """Only when the files have a name."""
    before = asked_state(deployment())
    assert list(differences(before, declared_state(declared(), "mine"))) == [Difference("declaredBy", None, "mine")]
    assert differences(asked_state(deployment(wish(declaredBy="mine"))), declared_state(declared())) == ()


def test_three_are_shown_side_by_side() -> None:
    """Every field in which declared, asked and running are not all the same."""
    found = deployment(wish(version="2", replicas=2), wish(version="1", replicas=2))
    rows = three_ways(declared_state(declared(version="3", replicas=2)), asked_state(found), running_state(found))
    assert rows == (Row("version", "3", "2", "1"),)
    new = three_ways(declared_state(declared()), None, None)
    assert new == (Row("version", "1", None, None),)


@pytest.mark.parametrize("status", ["rejected", "failed", "rolled-back", "cancelled"])
def test_what_ended_badly_does_not_count(status: str) -> None:
    """What runs does; where nothing runs, what was asked last."""
    found = deployment(wish(version="2"), wish(version="1"), status=status)
    state = valid_state(found)
    assert state is not None
    assert state.version == "1"
    nothing = deployment(wish(version="2"), status=status, running=None)
    state = valid_state(nothing)
    assert state is not None
    assert state.version == "2"
