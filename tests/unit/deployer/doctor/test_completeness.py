"""One list of findings: each cause has its file, its row, its place in the documentation and its texts."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.doctor.findings import FINDINGS

ROOT = Path(__file__).parents[4]
GUIDE = ROOT / "docs/guides/doctor.md"
DOCTOR = ROOT / "services/deployer/domain/doctor"
NOT_FOUND_BY_LOOKING = {
    Cause.API_NOT_SERVED: "refused_object.py",
    Cause.MANIFEST_INVALID: "refused_object.py",
    Cause.REVISION_UNKNOWN: "../plan.py",
    Cause.VERSION_QUARANTINED: "../plan.py",
}
"""Said before any pod exists, and where."""


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause not in NOT_FOUND_BY_LOOKING])
def test_each_cause_is_found_by_the_file_of_its_name(cause: Cause) -> None:
    """The file exports the function of its name, the function names its cause, and it has a row."""
    name = cause.name.lower()
    find = getattr(import_module(f"services.deployer.domain.doctor.{name}"), name)
    assert find in FINDINGS
    assert f"Cause.{cause.name}," in (DOCTOR / f"{name}.py").read_text()
    assert list(inspect.signature(find).parameters) == ["look"]


def test_each_finding_has_a_cause() -> None:
    """No row looks for something nobody can be told."""
    assert {find.__name__ for find in FINDINGS} <= {cause.name.lower() for cause in Cause}


@pytest.mark.parametrize(("cause", "place"), NOT_FOUND_BY_LOOKING.items())
def test_the_others_are_said_where_the_list_says(cause: Cause, place: str) -> None:
    """What needs no look at a pod."""
    assert cause.name.lower() in (DOCTOR / place).read_text().lower()


def test_the_guide_names_whose_turn_it_is() -> None:
    """The faults that the code gives a cause are those the guide tells of it, for each cause."""
    given: dict[str, set[str]] = {}
    for path in (*DOCTOR.glob("*.py"), DOCTOR / "../plan.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) == "Failure":
                faults = re.findall(r"Fault\.([A-Z]+)", ast.unparse(call.args[1]))
                cause = Cause[ast.unparse(call.args[0]).removeprefix("Cause.")]
                given.setdefault(cause.value, set()).update(word.lower() for word in faults)
    rows = [line.split("|") for line in GUIDE.read_text().splitlines() if line.startswith("| `")]
    told = {row[1].strip(" `"): set(re.findall("|".join(Fault), row[4])) for row in rows}
    assert told == given


@pytest.mark.parametrize("page", ["services/deployer/README.md", "docs/guides/doctor.md"])
def test_each_cause_is_in_the_documentation(page: str) -> None:
    """Whoever reads about failures finds each of them, and none that does not exist."""
    rows = [line for line in (ROOT / page).read_text().splitlines() if line.startswith("| `")]
    told = {word.strip(" `") for line in rows for word in line.split("|")[1].split(",")}
    assert {cause.value for cause in Cause} <= told
