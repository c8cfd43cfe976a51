"""The cluster does not know the version of an API that an object is written in: too old for it, or already gone."""

from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.health import Failure
from services.deployer.domain.kubernetes_words import not_served


def api_not_served(name: str, message: str) -> Failure | None:
    """What the API server's sentence says about a version, if it is about one. The platform writes the objects."""
    found = not_served(message)
    if found is None:
        return None
    kind, api = found
    return Failure(Cause.API_NOT_SERVED, Fault.PLATFORM, {"api": api, "kind": kind, "name": name})
