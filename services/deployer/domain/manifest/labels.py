"""Labels and names of the objects: the standard ones of Kubernetes, and ours that say whose an object is.

Names are made from the deployment's own name and fit the 63 characters of an RFC 1123 label.
"""

import re
from hashlib import sha256

from contracts.deployments.environment import Environment
from services.deployer.domain.manifest.facts import DeploymentFacts

NAME_LIMIT = 63
DEPLOYMENT = "appstore.nl/deployment"
TEAM = "appstore.nl/team"
GENERATION = "appstore.nl/generation"
ENVIRONMENT = "appstore.nl/environment"
COMPONENT = "app.kubernetes.io/component"
MANAGER = "appstore"

_OUTSIDE_LABEL = re.compile(r"[^A-Za-z0-9._-]")


def label_value(text: str) -> str:
    """A text as a label's value: at most 63 characters, beginning and ending with a letter or digit."""
    return _OUTSIDE_LABEL.sub("_", text)[:NAME_LIMIT].strip("._-")


def derived_name(name: str, suffix: str) -> str:
    """`<name>-<suffix>`; when that is too long, cut and made unique again by a hash of the whole."""
    whole = f"{name}-{suffix}"
    if len(whole) <= NAME_LIMIT:
        return whole
    digest = sha256(whole.encode()).hexdigest()[:8]
    return f"{whole[: NAME_LIMIT - 9].rstrip('-')}-{digest}"


def selector(facts: DeploymentFacts) -> dict[str, str]:
    """What finds a deployment's pods. It never changes, as Kubernetes demands of a Deployment."""
    return {"app.kubernetes.io/instance": facts.name, DEPLOYMENT: facts.deployment}


def team_labels(environment: Environment) -> dict[str, str]:
    """Labels of what a team's deployments in one environment share."""
    return {"app.kubernetes.io/managed-by": MANAGER, TEAM: environment.team, ENVIRONMENT: environment.name}


def labels_of(facts: DeploymentFacts) -> dict[str, str]:
    """Labels of every object of a deployment: what stays the same for as long as it lives."""
    return {
        **selector(facts),
        "app.kubernetes.io/name": facts.app_name,
        "app.kubernetes.io/managed-by": MANAGER,
        TEAM: facts.environment.team,
    }


def pod_labels(facts: DeploymentFacts) -> dict[str, str]:
    """Labels of the pods. Without the generation: asking for the same version again restarts nothing."""
    return {**labels_of(facts), "app.kubernetes.io/version": label_value(facts.version)}


def metadata(facts: DeploymentFacts, name: str) -> dict[str, object]:
    """Metadata of an object that outlives a version: an upgrade that does not change it does not write it."""
    return {"name": name, "namespace": facts.environment.namespace, "labels": labels_of(facts)}


def revision_metadata(facts: DeploymentFacts, name: str) -> dict[str, object]:
    """Metadata of the workload: it says which version and which generation it was built for."""
    labels = {**pod_labels(facts), GENERATION: str(facts.generation)}
    return {"name": name, "namespace": facts.environment.namespace, "labels": labels}
