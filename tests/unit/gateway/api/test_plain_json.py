"""What may travel on as it came."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.api.plain_json import DEEPEST, WIDEST, is_plain

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]))
)


@given(st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3), max_leaves=8))
def test_ordinary_values_are_plain(value: Any) -> None:
    """Lists of texts, numbers and truths of ordinary size travel."""
    assert is_plain(value)
    assert json.loads(json.dumps(value)) == value


def _deep(levels: int) -> Any:
    found: Any = "x"
    for _ in range(levels):
        found = {"a": found}
    return found


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (_deep(DEEPEST), True),
        (_deep(DEEPEST + 1), False),
        ([1] * WIDEST, True),
        ([1] * (WIDEST + 1), False),
        (2**53, False),
        (-(2**53), False),
        (1.5, True),
        (float("inf"), False),
        (float("nan"), False),
        ("\ud800", False),
        ("a\x00b", False),
        ({"$set": 1}, False),
        ({"a.b": 1}, True),
        (b"bytes", False),
    ],
)
def test_the_edges(value: Any, plain: bool) -> None:  # noqa: FBT001 - a table
    """Depth, width, numbers and names end where the next reader ends."""
    assert is_plain(value) is plain
