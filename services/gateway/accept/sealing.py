"""Values of secret parameters are sealed before anything is stored; only the sealed form is kept, with the request.

Before it: a route took `secrets` and `new_secrets` gave each an id. After it: `secret_road` sends them until the
deployer has them. What is not sealed never leaves the request that brought it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chassis.ledger import Motion, new_id
from chassis.sealed import seal
from contracts.deployments.requests import DeploymentRequested
from contracts.deployments.secrets import whose
from services.gateway.accept.operation import Operation

SEALED_SECRETS = "sealed_secrets"
KEPT = timedelta(hours=1)
"""How long a sealed value is kept when nobody answers: the deployer was away for longer than any deadline."""
LARGEST_VALUE = 32_768
"""Bytes of one value; sealed and in base64 it still fits a message."""

Document = dict[str, Any]
Whole = Callable[[Motion, DeploymentRequested], Awaitable[DeploymentRequested | Operation]]


@dataclass(frozen=True)
class NewSecrets:
    """What somebody gave with one request: parameter → id for the event, and the values for `sealed` alone."""

    ids: Mapping[str, str]
    values: Mapping[str, str] = field(repr=False)
    sealing_key: Mapping[str, Any]
    """The cluster's newest key, as its read model has it."""


def new_secrets(values: Mapping[str, str], sealing_key: Mapping[str, Any]) -> NewSecrets:
    """Give each value an id of its own, also when it is the same as before: nobody can tell."""
    return NewSecrets({parameter: new_id() for parameter in values}, values, sealing_key)


def sealed(prepare: Whole, given: NewSecrets | None, accepted: Callable[[], None]) -> Whole:
    """`prepare`, and then in its transaction each value under the id that the request names, sealed."""
    if given is None:
        return prepare

    async def prepared(motion: Motion, wish: DeploymentRequested) -> DeploymentRequested | Operation:
        found = await prepare(motion, wish)
        if not isinstance(found, Operation):
            documents = [_document(parameter, given, found, motion) for parameter in given.ids]
            await motion.collection(SEALED_SECRETS).insert(*documents)
            motion.after_commit.append(accepted)
        return found

    return prepared


def _document(parameter: str, given: NewSecrets, request: DeploymentRequested, motion: Motion) -> Document:
    secret, key = given.ids[parameter], given.sealing_key
    box = seal(given.values[parameter], key["publicKey"], whose(secret, request.deployment, parameter))
    return {
        "_id": secret,
        "deployment": request.deployment,
        "parameter": parameter,
        "environment": request.environment.model_dump(mode="json"),
        "sealing_key": key["sealingKey"],
        "sealed": box,
        "correlation": motion.lineage.correlation if motion.lineage else new_id(),
        "until": motion.clock.now() + KEPT,
    }
