"""A test waits for a condition with a deadline, never for the clock: sleeping tests are slow and fail by chance."""

import ast
from collections.abc import Iterator

from tests.architecture.source import files, name_of, tree_of

LONGEST_PAUSE = 0.05
"""Seconds between two looks at a condition; longer than this is waiting for the clock."""


def sleeps(tree: ast.Module) -> Iterator[int]:
    """The lines on which a test sleeps: time.sleep at all, asyncio.sleep for more than the pause of a poll."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called == "time.sleep" or (called == "asyncio.sleep" and not _is_short(node)):
            yield node.lineno


def _is_short(call: ast.Call) -> bool:
    match call.args:
        case [ast.Constant(value=int() | float() as seconds)]:
            return seconds <= LONGEST_PAUSE
        case _:
            return False


def polls(tree: ast.Module) -> set[int]:
    """The lines of a time.sleep that is the pause of a poll: short, and inside a loop."""
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.While | ast.For)]
    calls = [call for loop in loops for call in ast.walk(loop) if isinstance(call, ast.Call)]
    return {call.lineno for call in calls if ast.unparse(call.func) == "time.sleep" and _is_short(call)}


def offences(tree: ast.Module) -> list[int]:
    """The lines that wait for the clock."""
    return [line for line in sleeps(tree) if line not in polls(tree)]


def test_no_test_sleeps() -> None:
    """No file under tests/ waits for the clock."""
    found = {name_of(path): offences(tree_of(path)) for path in files("tests")}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_sleeping_test_is_caught() -> None:
    """The rule sees both kinds of sleep, and lets the pause of a poll be."""
    assert offences(ast.parse("time.sleep(0.01)")) == [1]
    assert offences(ast.parse("await asyncio.sleep(1)")) == [1]
    assert offences(ast.parse("await asyncio.sleep(pause)")) == [1]
    assert offences(ast.parse("while not done:\n    await asyncio.sleep(0.02)\n    time.sleep(0.02)")) == []
