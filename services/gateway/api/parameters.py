"""What a team chooses for a version, checked against what the version declares, field by field.

Before it: a request to deploy or to change. After it: `accept`, which stores only what fits.
"""

from collections.abc import Iterator

from contracts.apps.parameter import Parameter
from contracts.apps.spec import AppSpec
from contracts.deployments.requests import DeploymentRequested
from services.gateway.api.problems import Problem
from services.gateway.api.shapes import FieldError

_FIELD = "parameters"
_SECRETS = "secrets"


def must_fit(request: DeploymentRequested, spec: AppSpec) -> None:
    """Raise the problem invalid-fields when parameters are unknown, missing or not what the version takes."""
    if errors := list(_faults(request, spec)):
        raise Problem("invalid-fields", errors=errors)


def known_only(request: DeploymentRequested, spec: AppSpec) -> DeploymentRequested:
    """The request without what its version does not declare: what an earlier version asked for means nothing here."""
    names = {parameter.name for parameter in spec.parameters}
    kept = {
        field: {name: value for name, value in getattr(request, field).items() if name in names}
        for field in ("parameters", "secrets")
    }
    return request.model_copy(update=kept)


def _faults(request: DeploymentRequested, spec: AppSpec) -> Iterator[FieldError]:
    declared = {parameter.name: parameter for parameter in spec.parameters}
    for name, value in request.parameters.items():
        if name not in declared:
            known = ", ".join(sorted(declared)) or "-"
            yield _fault(name, "unknown", known=known)
        elif fault := _value_fault(declared[name], value):
            yield fault
    for name in request.secrets:
        if name not in declared or not declared[name].secret:
            known = ", ".join(sorted(one.name for one in spec.parameters if one.secret)) or "-"
            yield FieldError(f"{_SECRETS}.{name}", "parameter-unknown", "parameter.unknown", {"known": known})
    for parameter in spec.parameters:
        if parameter.required and not _has_value(parameter, request):
            yield _fault(parameter.name, "secret" if parameter.secret else "required")


def _value_fault(parameter: Parameter, value: str) -> FieldError | None:
    if parameter.secret:
        return _fault(parameter.name, "secret")
    misfit = parameter.misfit(value)
    if misfit is None:
        return None
    allowed = parameter.allowed(misfit)
    return _fault(parameter.name, misfit, **({"allowed": allowed} if allowed else {}))


def _has_value(parameter: Parameter, request: DeploymentRequested) -> bool:
    given = request.secrets if parameter.secret else request.parameters
    return parameter.name in given or parameter.default is not None or parameter.generated


def _fault(name: str, kind: str, **values: str) -> FieldError:
    return FieldError(f"{_FIELD}.{name}", f"parameter-{kind}", f"parameter.{kind}", values)
