"""Every refusal and every cause gives what its texts ask for, in both languages, so that nobody reads a `?`.

Read from the source: where a refusal or a failure is made, the names of its parameters stand in the call.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from contracts.deployments.reasons import Cause, ClosedOutcome
from services.gateway.api.problems import KINDS
from services.gateway.locales.patterns import LANGUAGES
from services.gateway.locales.texts import Texts

ROOT = Path(__file__).parents[3]
ALWAYS = frozenset({"code"})
"""`tell` adds it."""
OF_AN_OPERATION = ALWAYS | {"app", "version"}
"""What `problem_of` adds for a request that another service answered."""
FURTHER_OUTCOMES = {
    "rejected-by-policy": OF_AN_OPERATION | {"count"},
    "held": OF_AN_OPERATION | {"operation"},
    ClosedOutcome.SUPERSEDED.value: OF_AN_OPERATION,
    ClosedOutcome.UNDECIDED.value: OF_AN_OPERATION,
    ClosedOutcome.CANCELLED.value: OF_AN_OPERATION,
    ClosedOutcome.TOO_LATE.value: OF_AN_OPERATION,
}
"""Told by `problem_of` alone."""


@cache
def calls(*packages: str) -> tuple[tuple[str, ast.Call], ...]:
    """Every call by a plain name, with the file it stands in; `raise Name` makes one without parameters."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), call)
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if (call := _call(node)) is not None
    )


def _call(node: ast.AST) -> ast.Call | None:
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name):
        return ast.Call(node.exc, [], [])
    return node if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


def refusals() -> dict[str, tuple[str, str]]:
    """Class name to code and package, of each Refusal that has a code of its own."""
    found = {}
    for package in ("contracts", "services"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Refusal" for base in node.bases):
                    code = next((ast.literal_eval(line.value) for line in node.body if _sets_code(line)), None)  # type: ignore[attr-defined] # an ast.Assign
                    if code is not None:
                        found[node.name] = (code, package)
    return found


def _sets_code(line: ast.stmt) -> bool:
    return isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "code"


def given(call: ast.Call) -> frozenset[str]:
    """The names of a call's parameters."""
    return frozenset(keyword.arg for keyword in call.keywords if keyword.arg is not None)


def needed(code: str) -> dict[str, frozenset[str]]:
    """What the texts of a code ask for, by language."""
    return {language: Texts(language).parameters(f"refusal.{code}") for language in LANGUAGES}


def missing(code: str, names: frozenset[str]) -> dict[str, frozenset[str]]:
    """What the texts ask for and nobody gives, by language."""
    return {language: asked - names for language, asked in needed(code).items() if asked - names}


def _problems() -> Iterator[tuple[str, str, frozenset[str]]]:
    """The gateway's own: file, code, names. A code that is chosen between counts for each choice."""
    for file, call in calls("services/gateway"):
        if ast.unparse(call.func) == "Problem":
            for node in ast.walk(call.args[0]):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in KINDS:
                    yield file, node.value, given(call) - {"errors"} | ALWAYS


def _refused() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Made from a subclass: file, code, names. Those of the contracts travel in an event and end an operation."""
    known = refusals()
    for file, call in calls("services", "chassis"):
        if (name := ast.unparse(call.func)) in known:
            code, package = known[name]
            yield file, code, given(call) | (OF_AN_OPERATION if package == "contracts" else ALWAYS)


@pytest.mark.parametrize(("file", "code", "names"), sorted({*_problems(), *_refused()}, key=str))
def test_a_refusal_gives_what_its_texts_ask_for(file: str, code: str, names: frozenset[str]) -> None:
    """Each place that refuses fills title, detail and next in both languages."""
    assert missing(code, names) == {}, file


@pytest.mark.parametrize("code", sorted(code for code, _ in refusals().values()))
def test_every_refusal_is_made_somewhere(code: str) -> None:
    """A refusal nobody makes is not tested by the test above, and not needed."""
    assert code in {made for _, made, _ in _refused()}


@pytest.mark.parametrize("cause", list(Cause))
def test_a_cause_gives_what_its_texts_ask_for(cause: Cause) -> None:
    """Wherever the deployer names a cause, its parameters fill the texts of the problem."""
    made = [
        call
        for _, call in calls("services/deployer")
        if ast.unparse(call.func) == "Failure" and ast.unparse(call.args[0]) == f"Cause.{cause.name}"
    ]
    assert made
    for call in made:
        assert isinstance(call.args[2], ast.Dict), "write the parameters out where the failure is made"
        names = frozenset(ast.literal_eval(key) for key in call.args[2].keys if key is not None)
        assert missing(cause.value, names | OF_AN_OPERATION) == {}


@pytest.mark.parametrize(("code", "names"), FURTHER_OUTCOMES.items())
def test_an_outcome_without_parameters_of_its_own_asks_for_none(code: str, names: frozenset[str]) -> None:
    """What ends a request besides a cause or a refusal is filled by the operation alone."""
    assert missing(code, names) == {}


@pytest.mark.parametrize("code", sorted({*KINDS, *(code for code, _ in refusals().values()), *Cause}))
def test_every_code_has_a_status_and_three_texts_in_both_languages(code: str) -> None:
    """Title, detail and what to do now; the same parameters in both."""
    assert code in KINDS
    for language in LANGUAGES:
        assert all(Texts(language).has(f"refusal.{code}.{part}") for part in ("title", "detail", "next"))
    assert len(set(needed(code).values())) == 1
