"""Every message there is, so that a reader knows each type on a topic, also those it does nothing with."""

import contracts.apps.events
import contracts.clusters.events
import contracts.community.events
import contracts.community.requests
import contracts.compliance.events
import contracts.compliance.requests
import contracts.deployments.events
import contracts.deployments.requests
import contracts.held
import contracts.identity.events
from contracts.payload import Payload


def all_messages() -> dict[str, type[Payload]]:
    """CloudEvents type → class."""
    return dict(Payload.registry)
