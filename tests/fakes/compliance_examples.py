"""Messages that set compliance in motion, for its tests: one app, its facts, a request and a piece of evidence."""

from datetime import timedelta
from typing import Any

from contracts.apps.events import VersionPublished
from contracts.apps.facts import Facts
from contracts.apps.spec import AppSpec
from contracts.clusters.events import ClusterRegistered
from contracts.clusters.offer import Offer
from contracts.compliance.evidence import EvidenceKind
from contracts.compliance.level import PolicyLevel
from contracts.compliance.requests import EvidenceSubmitted
from contracts.deployments.environment import Environment
from contracts.deployments.requests import DeploymentRequested
from tests.fakes.compliance import NOON, an_id

APP = an_id(10)
DEPLOYMENT = an_id(11)
CLUSTER = an_id(13)
VERSION = "1.0.0"
SOURCE = {"uri": "https://example.org/facts", "seen": "2026-11-01"}
SPEC = AppSpec.model_validate(
    {"containers": [{"name": "app", "image": "example/app:1.0.0", "resources": {"cpu": "100m", "memory": "128Mi"}}]},
)
HARMLESS: dict[str, Any] = {
    "licenceCode": {"value": "MIT"},
    "personalData": {
        "value": {"stores": True, "edpbCriteria": ["new technology"], "apList": []},
        "assurance": "declared",
    },
    "aiRisk": {"value": {"category": "minimal", "because": "It sorts documents."}, "assurance": "declared"},
}
"""Facts that pass both gates, as warnings."""
NEEDS_DPIA: dict[str, Any] = {
    **HARMLESS,
    "personalData": {"value": {"stores": True, "edpbCriteria": ["scoring", "large scale"], "apList": []}},
}
DPIA: dict[str, Any] = {
    "value": {"status": "definitief", "residualRisk": "laag", "dated": "2026-10-01"},
    "source": SOURCE,
}


def published(facts: dict[str, Any], version: str = VERSION) -> VersionPublished:
    """The catalog tells about a version with these facts."""
    read = Facts.model_validate({name: {"source": SOURCE, **fact} for name, fact in facts.items()})
    return VersionPublished(app=APP, version=version, spec=SPEC, facts=read)


def registered(**levels: PolicyLevel) -> ClusterRegistered:
    """The deployer tells about the cluster of every request here, with the level of some environments."""
    return ClusterRegistered(
        cluster=CLUSTER,
        name="somewhere",
        kind="sandbox",
        kubernetes_version="1.37",
        environments=("test", "acceptance", "production"),
        nodes=(),
        offers={name: Offer(policy_level=level) for name, level in levels.items()},
    )


def requested(
    version: str = VERSION, *, environment: str = "test", within: timedelta = timedelta(seconds=60)
) -> DeploymentRequested:
    """A team asks for a version."""
    return DeploymentRequested(
        deployment=DEPLOYMENT,
        app=APP,
        app_name="example",
        version=version,
        name="example",
        decide_by=NOON + within,
        environment=Environment(name=environment, team=an_id(12), cluster=CLUSTER, namespace=f"team-{environment}"),
    )


def submitted(
    kind: EvidenceKind,
    fact: dict[str, Any],
    *,
    evidence: int = 20,
    within: timedelta = timedelta(seconds=60),
) -> EvidenceSubmitted:
    """Somebody brings evidence."""
    return EvidenceSubmitted(
        evidence=an_id(evidence),
        app=APP,
        version=VERSION,
        kind=kind,
        fact=fact,
        decide_by=NOON + within,
    )
