"""The objects that a cluster should hold, built from what was asked and what the catalog published."""

import json

from contracts.apps.spec import AppSpec
from contracts.deployments.environment import Environment
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.facts import DeploymentFacts
from tests.e2e.ledgers import Document, Ledgers

OWN_METADATA = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "ownerReferences")
"""What a cluster adds to an object."""


def wanted_objects(requests: list[Document], ledgers: Ledgers) -> list[Document]:
    """The manifests of what was asked, built from the requests and from what the catalog published."""
    specs = {
        (one["key"], one["data"]["version"]): AppSpec.model_validate(one["data"]["spec"])
        for one in ledgers.events("catalog")
        if one["ce_type"].startswith("nl.appstore.version.published")
    }
    wanted: list[Document] = []
    for one in requests:
        data = one["data"]
        facts = DeploymentFacts(
            data["deployment"],
            data["name"],
            data["appName"],
            data["version"],
            one["sequence"],
            Environment.model_validate(data["environment"]),
        )
        wanted += build(facts, specs[data["app"], data["version"]])
    return wanted


def as_applied(found: list[Document]) -> dict[str, Document]:
    """Objects by kind, namespace and name, without what a cluster adds to them."""
    return {
        "/".join((one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"])): json.loads(
            json.dumps(
                one | {"metadata": {k: v for k, v in one["metadata"].items() if k not in OWN_METADATA}}, sort_keys=True
            )
        )
        for one in found
    }
