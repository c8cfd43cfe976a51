"""Which exit code says whose turn it is."""

import pytest
from appstore_client.cli.exit_codes import code_of_operation, code_of_problem
from appstore_client.models import Operation
from appstore_client.problem import Problem, ProblemDetails, Unreachable, read_problem

from tests.unit.client.samples import OPERATION


@pytest.mark.parametrize(
    ("status", "fault", "code"),
    [
        (400, "you", 2),
        (422, "you", 2),
        (401, "you", 4),
        (403, "you", 4),
        (404, "you", 5),
        (503, "platform", 7),
        (502, "dependency", 7),
        (500, None, 7),
        (409, None, 2),
        (422, "app", 6),
    ],
)
def test_a_problem_has_one_exit_code(status: int, fault: str | None, code: int) -> None:
    """Status and fault of a problem decide its exit code."""
    details = ProblemDetails.read({"title": "t", "code": "c", "status": status, "fault": fault})
    assert code_of_problem(Problem(details)) == code


def test_what_is_like_that_already_is_done() -> None:
    """Asking for what is asked already is 0: a script makes sure of it without looking first."""
    details = ProblemDetails.read({"title": "t", "code": "nothing-to-change", "status": 409, "fault": "you"})
    assert code_of_problem(Problem(details)) == 0


def test_no_answer_is_the_platforms_fault() -> None:
    """An unreachable App Store is 7."""
    assert code_of_problem(Unreachable("http://127.0.0.1:9", "refused")) == 7


@pytest.mark.parametrize(
    ("kind", "status", "fault", "code"),
    [
        ("deploy", "succeeded", None, 0),
        ("deploy", "rejected", "you", 3),
        ("add-evidence", "rejected", "you", 2),
        ("deploy", "failed", "app", 6),
        ("deploy", "failed", "configuration", 6),
        ("deploy", "failed", "you", 6),
        ("deploy", "failed", "platform", 7),
        ("upgrade", "rejected", "you", 3),
        ("cancel", "rejected", "you", 2),
        ("upgrade", "rolled-back", "app", 9),
        ("scale", "rolled-back", "platform", 9),
        ("deploy", "cancelled", None, 2),
    ],
)
def test_an_ended_operation_has_one_exit_code(kind: str, status: str, fault: str | None, code: int) -> None:
    """Kind, status and fault of an ended operation decide its exit code."""
    problem = {"code": "c", "title": "t", "fault": fault} if fault else None
    payload = OPERATION | {"kind": kind, "status": status, "ended": True, "problem": problem}
    assert code_of_operation(Operation.read(payload)) == code


@pytest.mark.parametrize(("status", "code"), [("running", 8), ("waiting", 8), ("held", 7)])
def test_an_open_operation_was_not_finished_in_time(status: str, code: int) -> None:
    """What is still open is 8; what the platform holds is its own fault."""
    assert code_of_operation(Operation.read(OPERATION | {"status": status})) == code


def test_a_proxys_page_becomes_a_problem() -> None:
    """An error answer without problem details still has a code and a fault."""
    problem = read_problem(502, None, "Bad Gateway")
    assert (problem.code, problem.fault) == ("http-502", "platform")
