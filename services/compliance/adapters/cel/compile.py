"""Compiles the expressions of a policy set, once, when its files are read.

After `adapters/files/policies.py` read the texts, before `evaluate.py` answers them. Everything is bounded here:
length by us, nesting (32) by the engine. The type of an answer is checked where it is already known.
"""

from collections.abc import Iterable
from functools import cache

from cel_expr_python import cel

from services.compliance.adapters.cel import functions
from services.compliance.ports import ExpressionError

LONGEST = 600
"""Characters in one expression."""


def compile_condition(text: str) -> cel.Expression:
    """Compile an expression that answers yes or no. Raises ExpressionError."""
    program = compile_expression(text)
    if program.return_type() not in (cel.Type.BOOL, cel.Type.DYN):
        message = f"answers {program.return_type().name()}, and a condition answers true or false"
        raise ExpressionError(message)
    return program


def compile_expression(text: str) -> cel.Expression:
    """Compile one expression. Raises ExpressionError."""
    if not text.strip() or len(text) > LONGEST:
        message = f"an expression has 1 to {LONGEST} characters, this one has {len(text)}"
        raise ExpressionError(message)
    try:
        return environment().compile(text)
    except RuntimeError as error:  # the engine's only kind of error
        raise ExpressionError(_one_line(str(error))) from error


@cache
def environment() -> cel.Env:
    """What expressions may name: three inputs and three functions."""
    kind = cel.Type
    return cel.NewEnv(
        variables={
            "facts": kind.Map(kind.STRING, kind.DYN),
            "notApplicable": kind.Map(kind.STRING, kind.STRING),
            "today": kind.STRING,
        },
        functions=list(_declarations()),
    )


def _declarations() -> Iterable[cel.FunctionDecl]:
    kind = cel.Type
    yield cel.FunctionDecl(
        "osiApproved",
        [cel.Overload("osi_approved", return_type=kind.BOOL, parameters=[kind.STRING], impl=functions.osi_approved)],
    )
    yield cel.FunctionDecl(
        "licensedUnder",
        [
            cel.Overload(
                "licensed_under",
                return_type=kind.BOOL,
                parameters=[kind.STRING, kind.List(kind.STRING)],
                impl=functions.licensed_under,
            )
        ],
    )
    yield cel.FunctionDecl(
        "monthsAfter",
        [
            cel.Overload(
                "months_after",
                return_type=kind.STRING,
                parameters=[kind.STRING, kind.INT],
                impl=functions.months_after,
            )
        ],
    )


def _one_line(error: str) -> str:
    first = error.removeprefix("INVALID_ARGUMENT: ").removeprefix("ERROR: ").splitlines()[0]
    return first[:300]
