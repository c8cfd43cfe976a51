"""What runs in one environment, as it shall be in another: exactly that, but for secrets, which nobody can read. Pure.

After it: `plan`, which compares it with what is there, and `asking`.
"""

from collections.abc import Mapping

from appstore_client.declared.declaration import Declared, Place, SecretSource
from appstore_client.declared.difference import running_state, valid_state
from appstore_client.declared.plan import Action, Step
from appstore_client.models.deployment import Deployment


def as_it_runs(found: Deployment, environment: str) -> Declared | None:
    """Return what runs, for another environment; None when nothing does. What was asked since does not count."""
    runs = running_state(found)
    if runs is None:
        return None
    nowhere = Place("")
    return Declared(
        place=nowhere,
        name=found.name,
        app=found.app.name,
        version=runs.version,
        environment=environment,
        team=found.team.slug,
        parameters=runs.parameters,
        secrets={name: SecretSource(nowhere) for name in runs.secrets},
        replicas=runs.replicas,
    )


def secrets_to_give(step: Step, given: Mapping[str, str]) -> tuple[dict[str, str | None], list[str]]:
    """Return what is sent for each secret, None where what is there stays, and the names that must still be given."""
    there = valid_state(step.found) if step.found is not None and step.action is Action.CHANGE else None
    kept = there.secrets if there is not None else frozenset[str]()
    wanted = set(step.declared.secrets) if step.declared is not None else set[str]()
    missing = sorted(wanted - kept - given.keys())
    return {**dict.fromkeys(sorted(wanted & kept)), **given}, missing
