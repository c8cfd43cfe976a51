"""The exit codes of `appstore`, which tell a script whose turn it is (documented in the README)."""

from enum import IntEnum

from appstore_client.models.diagnosis import Diagnosis
from appstore_client.models.operation import Operation
from appstore_client.models.plan import Plan
from appstore_client.problem import FORBIDDEN, NOT_FOUND, UNAUTHORISED, Problem


class ExitCode(IntEnum):
    """One meaning each; they never change."""

    DONE = 0
    UNEXPECTED = 1
    INVALID = 2
    REJECTED = 3
    NOT_ALLOWED = 4
    NOT_FOUND = 5
    APP_FAILED = 6
    PLATFORM_FAILED = 7
    NOT_IN_TIME = 8
    ROLLED_BACK = 9


_BY_FAULT = {
    "you": ExitCode.INVALID,
    "app": ExitCode.APP_FAILED,
    "configuration": ExitCode.APP_FAILED,
    "platform": ExitCode.PLATFORM_FAILED,
    "dependency": ExitCode.PLATFORM_FAILED,
}


_BY_STATUS = {
    "rolled-back": ExitCode.ROLLED_BACK,
    "rejected": ExitCode.REJECTED,
    "removed": ExitCode.NOT_FOUND,
}
"""What says more of a deployment than whose fault it is."""

ALREADY_SO = "nothing-to-change"
"""The problem of asking for what is asked already: a script that makes sure of something is done then."""
_BESIDE_POLICY = frozenset({"add-evidence", "review", "cancel", "remove", "pause"})
"""Kinds of operation that no policy decides about."""


class InvalidInputError(Exception):
    """What was typed cannot be used; the message says why."""


def code_of_problem(problem: Problem) -> ExitCode:
    """Return the code for a request that was not done."""
    if problem.code == ALREADY_SO:
        return ExitCode.DONE
    if problem.status in (UNAUTHORISED, FORBIDDEN):
        return ExitCode.NOT_ALLOWED
    if problem.status == NOT_FOUND:
        return ExitCode.NOT_FOUND
    return _BY_FAULT.get(problem.fault, ExitCode.UNEXPECTED)


def code_of_diagnosis(found: Diagnosis) -> ExitCode:
    """Return the code for how a deployment is."""
    if found.healthy:
        return ExitCode.DONE
    ended = _BY_STATUS.get(found.status)
    if ended is not None:
        return ended
    if found.finding is None or not found.finding.certain:
        return ExitCode.NOT_IN_TIME
    return _BY_FAULT.get(found.finding.fault, ExitCode.APP_FAILED)


def code_of_plan(plan: Plan) -> ExitCode:
    """Return the code for a plan: by whose turn it is to make it work."""
    if plan.would_work:
        return ExitCode.DONE
    found = (plan.trouble, *(one.trouble for one in plan.objects))
    faults = (one.fault for one in found if one is not None)
    return _BY_FAULT.get(next(faults, None) or "configuration", ExitCode.APP_FAILED)


def code_of_operation(operation: Operation) -> ExitCode:
    """Return the code for an operation, ended or given up on."""
    if not operation.ended:
        return ExitCode.PLATFORM_FAILED if operation.status == "held" else ExitCode.NOT_IN_TIME
    fault = operation.problem.fault if operation.problem else None
    match operation.status:
        case "succeeded":
            return ExitCode.DONE
        case "rejected" if operation.kind not in _BESIDE_POLICY:
            return ExitCode.REJECTED
        case "rolled-back":
            return ExitCode.ROLLED_BACK
        case "failed":
            # What somebody can change in their own request is the configuration's fault once it has run.
            return ExitCode.APP_FAILED if fault == "you" else _BY_FAULT.get(fault or "", ExitCode.APP_FAILED)
    return _BY_FAULT.get(fault or "you", ExitCode.INVALID)
