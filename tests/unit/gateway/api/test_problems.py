"""Every code a client can meet has a status, two sets of texts, and every value its texts ask for."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import contracts
import services
from contracts.deployments.reasons import Cause, ClosedOutcome
from contracts.refusals import Refusal
from services.gateway.api.problems import KINDS, Problem, tell
from services.gateway.locales.patterns import LANGUAGES, Language
from services.gateway.locales.texts import Texts

GATEWAY = Path(str(services.__path__[0])) / "gateway"
ALWAYS_GIVEN = {"code"}
OF_AN_OPERATION = {"app", "version"}
"""What a problem of an operation always has; see `problem_of`."""


def _refusals() -> set[type[Refusal]]:
    for package in (contracts, services):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(".main"):
                importlib.import_module(module.name)
    return _below(Refusal) - {Problem}


def _below(kind: type[Refusal]) -> set[type[Refusal]]:
    return {one for child in kind.__subclasses__() for one in {child} | _below(child)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", KINDS)
def test_every_code_has_texts(code: str, language: Language) -> None:
    """Title, detail and next step are there in Dutch and in English."""
    texts = Texts(language)
    assert all(texts.has(f"refusal.{code}.{part}") for part in ("title", "detail", "next"))


def test_no_text_is_left_without_a_code() -> None:
    """A text for a code nobody can meet is left from something else."""
    for language in LANGUAGES:
        texts = Texts(language)
        assert {key.split(".")[1] for key in texts._patterns if key.startswith("refusal.")} == set(KINDS)


def test_both_languages_ask_for_the_same_values() -> None:
    """A value that stands in the Dutch text stands in the English one too."""
    dutch, english = Texts("nl"), Texts("en")
    for code in KINDS:
        assert dutch.parameters(f"refusal.{code}") == english.parameters(f"refusal.{code}"), code


def test_every_refusal_of_every_service_has_a_kind() -> None:
    """What any service may refuse with is known to the API."""
    codes = {kind.code for kind in _refusals()}
    assert codes
    assert codes <= KINDS.keys()


def test_every_end_of_a_deployment_has_a_kind() -> None:
    """Each cause and outcome the deployer can name is known to the API; a rejection is told as what policy said."""
    ends = {cause.value for cause in Cause} | {outcome.value for outcome in ClosedOutcome} - {"rejected"}
    assert ends <= KINDS.keys()


def _raised() -> Iterator[tuple[str, str, set[str]]]:
    """Where a problem is made in the gateway: place, code and the names of its values."""
    for file in GATEWAY.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Problem"
                and node.args
            ):
                code = node.args[0]
                codes = [code] if isinstance(code, ast.Constant) else []
                if isinstance(code, ast.IfExp):
                    codes = [part for part in (code.body, code.orelse) if isinstance(part, ast.Constant)]
                given = {keyword.arg for keyword in node.keywords if keyword.arg} - {"errors"}
                for one in codes:
                    yield f"{file.name}:{node.lineno}", str(one.value), given


@pytest.mark.parametrize(("place", "code", "given"), sorted(_raised(), key=str))
def test_whoever_makes_a_problem_gives_every_value_its_texts_need(place: str, code: str, given: set[str]) -> None:
    """No sentence of a problem has a hole."""
    assert code in KINDS, place
    needed = Texts("nl").parameters(f"refusal.{code}") - ALWAYS_GIVEN
    assert needed <= given, place


def test_an_unknown_code_is_told_as_our_fault() -> None:
    """A code nobody knows is an internal error, never an empty answer."""
    told = tell("never-heard-of", {}, Texts("en"))
    assert (told.code, told.status, told.fault) == ("internal-error", 500, "platform")


def test_a_problem_travels_as_rfc_9457_says() -> None:
    """Type, title, status and detail are there, with the code, whose turn it is and what to do now."""
    body = tell("unknown-app", {"app": "nothing"}, Texts("en")).body(instance="/api/v1/apps/nothing")
    assert body == {
        "type": "/problems/unknown-app",
        "title": "There is no app with this name",
        "status": 404,
        "detail": "No app called nothing stands in the catalog.",
        "code": "unknown-app",
        "fault": "you",
        "params": {"app": "nothing"},
        "next": ["appstore apps"],
        "instance": "/api/v1/apps/nothing",
    }
