"""What an API server's refusals become: whose turn it is, or later."""

from typing import Any

import pytest

from chassis.errors import NotNow
from services.deployer.adapters.kubernetes.answers import ApiRefused, as_port_says
from services.deployer.ports import FieldConflict, ObjectRefused


def refused(status: int, message: str = "", reason: str = "", *causes: dict[str, str]) -> Exception:
    """The port's error for a Status."""
    body: dict[str, Any] = {"reason": reason, "message": message, "details": {"causes": list(causes)}}
    return as_port_says(ApiRefused.of(status, body), "Service", "web")


def test_an_invalid_field_is_named() -> None:
    """422 with its first cause: field and sentence."""
    cause = {"reason": "FieldValueInvalid", "field": "spec.ports[0].port", "message": "must be below 65536"}
    found = refused(422, "it is invalid", "Invalid", cause)
    assert isinstance(found, ObjectRefused)
    assert (found.field, found.message) == ("spec.ports[0].port", "must be below 65536")


def test_a_field_of_another_manager_is_a_conflict_with_its_name() -> None:
    """409 of server-side apply tells each field and who has it."""
    cause = {"reason": "FieldManagerConflict", "field": ".spec.replicas", "message": 'conflict with "hpa"'}
    found = refused(409, "Apply failed with 1 conflict", "Conflict", cause)
    assert isinstance(found, FieldConflict)
    assert found.fields == ((".spec.replicas", 'conflict with "hpa"'),)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (409, "the object has been modified"),
        (404, 'namespaces "demo" not found'),
        (500, "etcdserver: leader changed"),
        (403, 'services is forbidden: User "x" cannot patch resource "services"'),
    ],
)
def test_what_ends_by_itself_or_by_an_operator_is_tried_again(status: int, message: str) -> None:
    """A stale version, a namespace on its way, a server in trouble, a right that is missing: not the app's fault."""
    assert isinstance(refused(status, message), NotNow)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (403, 'admission webhook "policy" denied the request: no latest'),
        (500, "failed to create typed patch object (demo/web; /v1, Kind=Service): .spec.porst: field not declared"),
        (400, "the request is bad"),
    ],
)
def test_what_admission_denies_is_refused(status: int, message: str) -> None:
    """Trying again would change nothing."""
    assert isinstance(refused(status, message), ObjectRefused)


def test_a_namespace_on_its_way_out_is_waited_for() -> None:
    """403 with NamespaceTerminating goes over by itself."""
    cause = {"reason": "NamespaceTerminating", "field": "metadata.namespace", "message": "is being terminated"}
    assert isinstance(refused(403, "forbidden: unable to create", "Forbidden", cause), NotNow)
