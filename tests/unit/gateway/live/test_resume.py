"""The id of a server-sent event goes out and comes back, or is told apart from what is not ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.live.resume import LONGEST, Positions, read_position, write_position

KNOWN: Positions = {("a.b", 0): 0, ("a.b", 1): 35, ("c.d", 0): 36}
OFFSETS = st.integers(min_value=0, max_value=2**63)


@given(st.lists(OFFSETS, min_size=3, max_size=3))
def test_a_position_comes_back_as_it_went_out(offsets: list[int]) -> None:
    """Whatever the offsets, reading what was written gives them again."""
    positions = dict(zip(KNOWN, offsets, strict=True))
    assert read_position(write_position("epoch-1", positions), "epoch-1", KNOWN) == positions


def test_the_order_of_partitions_does_not_matter() -> None:
    """Two replicas that met their partitions in another order write the same id."""
    assert write_position("e", KNOWN) == write_position("e", dict(reversed(KNOWN.items()))) == "e.0-z-10"


@pytest.mark.parametrize(
    "text",
    ["", ".", "e", "e.", "e.0-z", "e.0-z-10-1", "f.0-z-10", "e.0-z-ä", "e.0-z-", "e.0-z-1_0", "e.0-z- 1", "e.0-Z-10",
     "e." + "-".join(["z" * LONGEST] * 3), "e.0-z-\u0661"],
)  # fmt: skip
def test_what_is_not_ours_is_no_position(text: str) -> None:
    """An id of another epoch, of other partitions or of anybody's making is not read."""
    assert read_position(text, "e", KNOWN) is None
