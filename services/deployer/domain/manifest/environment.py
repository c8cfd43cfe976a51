"""What a team chose, as environment variables of every container: values as they are, secrets by reference only.

The Secret is written by whoever has the values (usecases/store_secret.py); here only its name and keys are agreed on.
"""

from typing import Any

from contracts.apps.connections import Need
from contracts.apps.parameter import Parameter
from contracts.apps.spec import AppSpec, Container
from contracts.noun import write_time
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.labels import derived_name

RESTARTED_AT = "appstore.nl/restarted-at"
SECRETS = "appstore.nl/secrets"
"""Which secrets the pods were started with: their ids, so that a new value starts them again."""


def secret_name(deployment_name: str) -> str:
    """The Secret with the values of a deployment's secret parameters; each key is the name of its parameter."""
    return derived_name(deployment_name, "settings")


def keeps_secret(facts: DeploymentFacts, spec: AppSpec) -> bool:
    """Whether the deployment has that Secret."""
    return any(one.secret and (one.generated or one.name in facts.secrets) for one in spec.parameters)


def environment_of(facts: DeploymentFacts, spec: AppSpec, container: Container) -> list[dict[str, Any]]:
    """A container's variables, sorted by name; what a team chose goes before what the description says."""
    found: dict[str, dict[str, Any]] = {name: {"value": value} for name, value in container.env.items()}
    for need in spec.needs:
        found |= {name: {"valueFrom": _bound(need, key)} for name, key in need.env.items()}
    for parameter in spec.parameters:
        given = _given(facts, parameter)
        if given is not None:
            found[parameter.env] = given
    return [{"name": name, **value} for name, value in sorted(found.items())]


def annotations_of(facts: DeploymentFacts) -> dict[str, str]:
    """What makes pods new beside their description: a restart somebody asked for, and another secret."""
    found = {}
    if facts.restarted_at is not None:
        found[RESTARTED_AT] = write_time(facts.restarted_at)
    if facts.secrets:
        found[SECRETS] = ",".join(f"{name}={secret}" for name, secret in sorted(facts.secrets.items()))
    return found


def _given(facts: DeploymentFacts, parameter: Parameter) -> dict[str, Any] | None:
    if parameter.secret:
        there = parameter.generated or parameter.name in facts.secrets
        return {"valueFrom": {"secretKeyRef": _reference(facts, parameter)}} if there else None
    value = facts.parameters.get(parameter.name, parameter.default)
    return {"value": _as_it_is(value)} if value is not None else None


def _as_it_is(value: str) -> str:
    """Kubernetes fills in `$(NAME)`, secret variables too, and reads `$$` as `$`: doubled, nothing is read into it."""
    return value.replace("$", "$$") if "$(" in value or "$$" in value else value


def _reference(facts: DeploymentFacts, parameter: Parameter) -> dict[str, str]:
    return {"name": secret_name(facts.name), "key": parameter.name}


def _bound(need: Need, key: str) -> dict[str, Any]:
    kind = "secretKeyRef" if need.config is None else "configMapKeyRef"
    reference: dict[str, Any] = {"name": need.secret or need.config or need.name, "key": key}
    return {kind: reference if need.required else {**reference, "optional": True}}
