"""Every refusal can be understood and acted on: a status, a text in Dutch and in English, and a test that raises it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, files, tree_of

GATEWAY = "services/gateway/handlers.py"
PROBLEMS = "services/gateway/api/problems.py"
LOCALES = "services/gateway/locales"
LANGUAGES = ("nl", "en")


def refusals(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Class and code of each refusal a file declares."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("Refusal") for base in node.bases):
            for line in node.body:
                match line:
                    case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str() as code)):
                        yield node.name, code
                    case ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str() as code)):
                        yield node.name, code


def silent(code: str, root: Path) -> list[str]:
    """What a person who meets this code would miss. Nothing while the gateway does not stand yet."""
    if not (root / GATEWAY).exists():
        return []
    faults = [] if code in (root / PROBLEMS).read_text() else [f"{code} has no status in {PROBLEMS}"]
    for language in LANGUAGES:
        folder = root / LOCALES / language
        if not any(code in path.read_text() for path in folder.rglob("*") if path.is_file()):
            faults.append(f"{code} has no text in {LOCALES}/{language}")
    return faults


def codes_of_problems(root: Path) -> list[str]:
    """The codes that the gateway answers with, its own included."""
    if not (root / PROBLEMS).exists():
        return []
    for node in ast.parse((root / PROBLEMS).read_text()).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "KINDS" and isinstance(node.value, ast.Dict):
            keys = [key.value for key in node.value.keys if isinstance(key, ast.Constant)]
            return [key for key in keys if isinstance(key, str)]
    raise LookupError(f"{PROBLEMS} has no table KINDS")


def all_refusals() -> dict[str, str]:
    """Code → class of every refusal of contracts and services."""
    return {code: name for path in files("contracts", "services") for name, code in refusals(tree_of(path))}


def test_every_refusal_has_a_status_and_two_texts() -> None:
    """Whoever is refused reads why, in Dutch or English, with the right status."""
    codes = dict.fromkeys([*all_refusals(), *codes_of_problems(ROOT)])
    assert [fault for code in codes for fault in silent(code, ROOT)] == []


def never_raised(refusals_by_code: dict[str, str], tests: list[str]) -> list[str]:
    """The refusals that no test speaks of, by class or by code."""
    return [name for code, name in refusals_by_code.items() if not any(name in text or code in text for text in tests)]


def test_every_refusal_has_a_test_that_raises_it() -> None:
    """Some test speaks of each refusal; what is never shown is not known to be true."""
    tests = [path.read_text() for path in files("tests") if "architecture" not in path.parts]
    assert never_raised(all_refusals(), tests) == []
    assert never_raised({"too-early": "TooEarly", "too-late": "TooLate"}, ['"too-early"', ""]) == ["TooLate"]


def test_codes_are_given_out_once() -> None:
    """No two refusals share a code, because the code is what programs act on."""
    codes = [code for path in files("contracts", "services") for _, code in refusals(tree_of(path))]
    assert sorted(codes) == sorted(set(codes))


def test_a_silent_refusal_is_caught(tmp_path: Path) -> None:
    """The rule finds the class by its base, and sees a missing status and a missing language."""
    declared = 'class TooEarly(Refusal):\n    code = "too-early"\nclass Other(Exception):\n    code = "other"'
    assert list(refusals(ast.parse(declared))) == [("TooEarly", "too-early")]
    assert silent("too-early", tmp_path) == []
    (tmp_path / GATEWAY).parent.mkdir(parents=True)
    (tmp_path / GATEWAY).touch()
    (tmp_path / PROBLEMS).parent.mkdir(parents=True)
    (tmp_path / PROBLEMS).write_text("")
    (tmp_path / LOCALES / "nl").mkdir(parents=True)
    (tmp_path / LOCALES / "nl" / "problems.yaml").write_text("too-early: Te vroeg.")
    assert silent("too-early", tmp_path) == [
        f"too-early has no status in {PROBLEMS}",
        f"too-early has no text in {LOCALES}/en",
    ]
