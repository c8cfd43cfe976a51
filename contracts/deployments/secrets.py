"""The road of a secret: sealed by the gateway for the cluster's deployer, who alone can open it.

| # | message | from | then |
|---|---|---|---|
| 1 | SealingKeyPublished | deployer | the gateway can seal for this cluster |
| 2 | SecretSealed, again and again | gateway | the deployer opens and keeps it |
| 3 | SecretStored | deployer | the gateway deletes its sealed copy; a rollout that refers to it may start |

Step 2 stands in no ledger and is gone from its topic within minutes. Nothing here holds a value or a hash of one.
"""

from typing import Annotated

from pydantic import StringConstraints

from contracts import topics
from contracts.deployments.environment import Environment
from contracts.identifiers import ClusterId, DeploymentId, DnsLabel, KeyId, SecretId
from contracts.payload import Payload

SEALED_LIMIT = 48 * 1024
"""Largest sealed value, in characters of base64, so that a message stays under 64 KB."""


class SealingKeyPublished(Payload):
    """From now on secrets for this cluster are sealed with this key (X25519, NaCl's sealed box)."""

    topic = topics.SEALING_KEYS

    cluster: ClusterId
    sealing_key: KeyId
    public_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]
    """Base64 of 32 bytes."""


class SecretSealed(Payload):
    """The value of one secret parameter, which only the cluster's deployer can read."""

    topic = topics.SEALED_SECRETS

    secret: SecretId
    deployment: DeploymentId
    parameter: DnsLabel
    environment: Environment
    sealing_key: KeyId
    sealed: Annotated[str, StringConstraints(max_length=SEALED_LIMIT, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
    """Base64 of the sealed box. Inside, before the value, stands whose it is: moved elsewhere, it does not open."""


class SecretStored(Payload):
    """The deployer has this secret; its value is in the cluster only."""

    topic = topics.SECRETS

    secret: SecretId
    deployment: DeploymentId
    parameter: DnsLabel


def whose(secret: SecretId, deployment: DeploymentId, parameter: DnsLabel) -> str:
    """What stands inside a sealed box before the value."""
    return f"{secret}/{deployment}/{parameter}"
