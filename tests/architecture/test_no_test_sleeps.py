"""A test waits for a condition with a deadline, never for the clock: sleeping tests are slow and fail by chance."""

import ast
from collections.abc import Iterator

from tests.architecture.source import files, name_of, tree_of

LONGEST_YIELD = 0.05
"""Seconds that let others run; more is waiting for the clock."""
LONGEST_POLL = 0.25
"""Seconds between two looks at a condition, inside a loop."""


HURTS_FOR_A_WHILE = "tests/chaos/"
"""What makes others wait is no test that waits: chaos stops and slows processes for as long as its plan says."""


def sleeps(tree: ast.AST, longest: float) -> Iterator[int]:
    """The lines that sleep for longer than so many seconds, or for who knows how long."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "asyncio.sleep"}:
            match node.args:
                case [ast.Constant(value=int() | float() as seconds)] if seconds <= longest:
                    pass
                case _:
                    yield node.lineno


def offences(tree: ast.Module) -> list[int]:
    """The lines that wait for the clock."""
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.While | ast.For | ast.AsyncFor)]
    in_loops = {line for loop in loops for line in _lines_that_sleep(loop)}
    too_slow = {line for loop in loops for line in sleeps(loop, LONGEST_POLL)}
    outside = {line for line in _lines_that_sleep(tree) if line not in in_loops}
    return sorted(too_slow | outside.intersection(sleeps(tree, LONGEST_YIELD)))


def _lines_that_sleep(tree: ast.AST) -> set[int]:
    return set(sleeps(tree, -1))


def test_no_test_sleeps() -> None:
    """No file under tests/ waits for the clock."""
    found = {name_of(path): offences(tree_of(path)) for path in files("tests")}
    found = {name: lines for name, lines in found.items() if not name.startswith(HURTS_FOR_A_WHILE)}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_sleeping_test_is_caught() -> None:
    """The rule sees both kinds of sleep, and lets the pause of a poll be."""
    assert offences(ast.parse("time.sleep(0.1)")) == [1]
    assert offences(ast.parse("await asyncio.sleep(1)")) == [1]
    assert offences(ast.parse("await asyncio.sleep(pause)")) == [1]
    assert offences(ast.parse("while not done:\n    await asyncio.sleep(2)")) == [2]
    assert offences(ast.parse("while not done:\n    await asyncio.sleep(0.1)\n    time.sleep(0.02)")) == []
    assert offences(ast.parse("await asyncio.sleep(0)")) == []
