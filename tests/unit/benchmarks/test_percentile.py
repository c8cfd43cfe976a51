"""What a percentile is: a value that was measured, by its rank."""

from benchmarks.result import percentile


def test_a_percentile_is_the_nearest_rank() -> None:
    """Of a hundred values the 99th is the last but one; of a single one every percentile is that one."""
    assert percentile(range(1, 101), 99) == 99
    assert percentile(range(1, 301), 99) == 297
    assert percentile([7.0], 99) == percentile([7.0], 1) == 7.0
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
