"""Whether what a team chose fits what the version declares. Pure.

The gateway refuses it at its edge, from a copy that may be older; here it is judged against what will be built. A
value never stands in the answer: somebody may have put a secret in the wrong field.
"""

from collections.abc import Iterator

from contracts.apps.parameter import Misfit, Parameter
from contracts.apps.spec import AppSpec
from services.deployer.domain.known_request import KnownRequest

_WANTED: dict[Misfit, str] = {
    "text": "text",
    "choice": "one of: ",
    "number": "a number",
    "whole": "a whole number",
    "range": "between: ",
    "boolean": "true or false",
    "length": "of no more characters than ",
    "pattern": "of the form ",
}
Wrong = tuple[str, str]
"""The field, and what is wrong with it."""


def wrong_setting(spec: AppSpec, request: KnownRequest) -> Wrong | None:
    """The first thing that is wrong, by the order of the declaration; None when all of it fits."""
    return next(_wrong(spec, request), None)


def _wrong(spec: AppSpec, request: KnownRequest) -> Iterator[Wrong]:
    declared = {parameter.name: parameter for parameter in spec.parameters}
    for field, given in (("parameters", request.parameters), ("secrets", request.secrets)):
        yield from ((f"{field}.{name}", _no_such(declared)) for name in sorted(given) if name not in declared)
    for parameter in spec.parameters:
        yield from _wrong_one(parameter, request)


def _wrong_one(parameter: Parameter, request: KnownRequest) -> Iterator[Wrong]:
    name = parameter.name
    if parameter.secret:
        if name in request.parameters:
            yield f"parameters.{name}", "this is a secret and travels sealed"
        if parameter.required and not parameter.generated and name not in request.secrets:
            yield f"secrets.{name}", "a value is needed"
        return
    if name in request.secrets:
        yield f"secrets.{name}", "this is not a secret"
    value = request.parameters.get(name)
    if value is None:
        if parameter.required and parameter.default is None:
            yield f"parameters.{name}", "a value is needed"
    elif (misfit := parameter.misfit(value)) is not None:
        yield f"parameters.{name}", f"this has to be {_WANTED[misfit]}{parameter.allowed(misfit)}"


def _no_such(declared: dict[str, Parameter]) -> str:
    return "this version knows no such parameter; it knows: " + (", ".join(declared) or "none")
