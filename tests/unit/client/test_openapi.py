"""The client against the gateway's own description of its API (OpenAPI)."""

from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import pytest
from appstore_client.models import (
    ApiModel,
    App,
    AppCard,
    Deployment,
    Diagnosis,
    Evidence,
    Finding,
    Me,
    Objection,
    Operation,
    OperationProblem,
    Plan,
    PlannedField,
    PlannedObject,
    Quarantined,
    ResourceUse,
    Restored,
    Review,
    Revision,
    Running,
    Score,
    Scorecard,
    TimelineEntry,
    Wish,
)
from appstore_client.models.cluster import Cluster

from services.gateway.api.application import api
from services.gateway.ports import World

SCHEMAS: dict[str, type[ApiModel]] = {
    "AppCard": AppCard,
    "AppShown": App,
    "ClusterShown": Cluster,
    "DeploymentShown": Deployment,
    "DiagnosisShown": Diagnosis,
    "EvidenceShown": Evidence,
    "FindingShown": Finding,
    "PlanShown": Plan,
    "FieldShown": PlannedField,
    "ObjectShown": PlannedObject,
    "ResourceShown": ResourceUse,
    "QuarantineShown": Quarantined,
    "Me": Me,
    "ObjectionShown": Objection,
    "OperationShown": Operation,
    "ProblemShown": OperationProblem,
    "Restored": Restored,
    "ReviewShown": Review,
    "RevisionShown": Revision,
    "RunningShown": Running,
    "WishShown": Wish,
    "Scorecard": Scorecard,
    "ScoreShown": Score,
    "TimelineEntry": TimelineEntry,
}
NOT_SENT_YET = {"TimelineEntry": {"code", "params"}}
"""Properties of the agreed API that this gateway tells in other words; the client does not need them."""
CALLS = {
    ("get", "/apps"),
    ("get", "/apps/{name}"),
    ("get", "/apps/{name}/versions/{version}/scorecard"),
    ("post", "/apps/{name}/versions/{version}/evidence"),
    ("post", "/apps/{name}/reviews"),
    ("get", "/apps/{name}/reviews"),
    ("post", "/deployments"),
    ("get", "/deployments"),
    ("get", "/deployments/{deployment_id}"),
    ("get", "/deployments/{deployment_id}/diagnosis"),
    ("patch", "/deployments/{deployment_id}"),
    ("put", "/deployments/{deployment_id}"),
    ("delete", "/deployments/{deployment_id}"),
    ("post", "/deployments/_plan"),
    ("post", "/deployments/{deployment_id}/_plan"),
    ("post", "/deployments/{deployment_id}/_restart"),
    ("post", "/deployments/{deployment_id}/_roll-back"),
    ("post", "/deployments/{deployment_id}/_cancel"),
    ("get", "/deployments/{deployment_id}/revisions"),
    ("get", "/deployments/{deployment_id}/timeline"),
    ("get", "/operations"),
    ("get", "/operations/{operation_id}"),
    ("get", "/events"),
    ("get", "/me"),
    ("get", "/clusters"),
}


@cache
def description() -> dict[str, Any]:
    """The gateway's OpenAPI document."""
    world = cast("World", SimpleNamespace(settings=SimpleNamespace(public_url="http://127.0.0.1")))
    return api(world).openapi()


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_the_client_reads_is_what_the_gateway_sends(name: str) -> None:
    """Each property of a model is one of the gateway's, and each it cannot do without is always sent."""
    schema = description()["components"]["schemas"][name]
    fields = {str(field.alias): field for field in SCHEMAS[name].model_fields.values()}
    assert fields.keys() - schema["properties"].keys() == NOT_SENT_YET.get(name, set())
    needed = {alias for alias, field in fields.items() if field.is_required()}
    always = set(schema.get("required", ())) | {
        alias for alias, one in schema["properties"].items() if "default" in one
    }
    assert needed <= always


def test_the_addresses_the_client_calls_exist() -> None:
    """Every call of the client is in the gateway's description."""
    described = {(method, path) for path, methods in description()["paths"].items() for method in methods}
    assert CALLS - described == set()
