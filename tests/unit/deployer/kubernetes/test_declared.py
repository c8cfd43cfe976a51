"""Whether an object is as it was declared, by its digest and by the fields that are still ours."""

from copy import deepcopy
from datetime import datetime
from typing import Any

import orjson

from services.deployer.adapters.kubernetes.cache import Seen
from services.deployer.adapters.kubernetes.declared import DIGEST, belongs, body_of, is_applied
from services.deployer.adapters.kubernetes.managed_fields import Writer, last_writer, not_ours
from services.deployer.domain.manifest.digest import digest_of
from services.deployer.domain.manifest.labels import DEPLOYMENT, TEAM

SERVICE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "namespace": "demo", "labels": {DEPLOYMENT: "d1", TEAM: "t1"}},
    "spec": {"selector": {"a": "b"}, "ports": [{"port": 80, "name": "http"}]},
}
FIELDS: dict[str, Any] = {
    "f:metadata": {"f:labels": {f"f:{DEPLOYMENT}": {}, f"f:{TEAM}": {}}},
    "f:spec": {
        "f:selector": {},
        "f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}, "f:name": {}}},
    },
}


def as_stored(fields: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    """The Service as the server has it, with the fields that are still ours."""
    found = deepcopy(SERVICE)
    entry = {"manager": "appstore", "operation": "Apply", "fieldsV1": fields if fields is not None else FIELDS}
    found["metadata"] |= {"uid": "u", "resourceVersion": "7", "annotations": {DIGEST: digest_of(SERVICE)}, **metadata}
    found["metadata"]["managedFields"] = [{"manager": "kubectl", "operation": "Update"}, entry]
    return found


def seen(found: dict[str, Any]) -> Seen:
    """It, in the cache."""
    return Seen("u", "7", "d1", orjson.dumps(found))


def test_all_declared_fields_are_ours_after_an_apply() -> None:
    """Defaults that complete a list's key, and lists owned as a whole, are no difference."""
    assert list(not_ours(SERVICE, as_stored())) == []


def test_a_field_that_somebody_took_is_named() -> None:
    """The path of a field, of an item of a list, and of everything when nothing is ours."""
    taken = deepcopy(FIELDS)
    del taken["f:spec"]["f:ports"]['k:{"port":80,"protocol":"TCP"}']["f:name"]
    assert list(not_ours(SERVICE, as_stored(taken))) == [".spec.ports[http].name"]
    taken["f:spec"]["f:ports"] = {'k:{"port":81,"protocol":"TCP"}': {}}
    assert list(not_ours(SERVICE, as_stored(taken))) == [".spec.ports[http]"]
    assert set(not_ours(SERVICE, as_stored({}))) == {".spec", ".metadata"}


def test_the_same_is_applied_already() -> None:
    """The digest stands on it and nothing was taken."""
    assert is_applied(SERVICE, digest_of(SERVICE), seen(as_stored()))


def test_another_wish_a_taken_field_or_a_removal_is_a_difference() -> None:
    """Each alone is enough."""
    other = {**SERVICE, "spec": {}}
    assert not is_applied(other, digest_of(other), seen(as_stored()))
    assert not is_applied(SERVICE, digest_of(SERVICE), seen(as_stored({})))
    assert not is_applied(SERVICE, digest_of(SERVICE), seen(as_stored(deletionTimestamp="2026-01-01T00:00:00Z")))


def test_a_secrets_value_is_compared_and_stands_in_no_digest() -> None:
    """Two values have one digest, and still the other value is a difference."""
    one: dict[str, Any] = {"kind": "Secret", "metadata": {"name": "s", "labels": {}}, "data": {"k": "YQ=="}}
    other = {**one, "data": {"k": "Yg=="}}
    fields: dict[str, Any] = {"f:data": {"f:k": {}}, "f:metadata": {"f:labels": {}}}
    stored = deepcopy(one)
    stored["metadata"] |= {"annotations": {DIGEST: digest_of(one)}}
    stored["metadata"]["managedFields"] = [{"manager": "appstore", "operation": "Apply", "fieldsV1": fields}]
    assert digest_of(one) == digest_of(other)
    assert is_applied(one, digest_of(one), seen(stored))
    assert not is_applied(other, digest_of(other), seen(stored))


def test_what_is_sent_names_what_was_read() -> None:
    """The uid and version that were seen; for what is not there, a version that no object has."""
    sent = body_of(SERVICE, "x", seen(as_stored()))["metadata"]
    assert (sent["uid"], sent["resourceVersion"], sent["annotations"][DIGEST]) == ("u", "7", "x")
    assert body_of(SERVICE, "x", None)["metadata"]["resourceVersion"] == "1"


def test_an_object_belongs_by_its_labels_or_by_its_owner() -> None:
    """Another deployment's, another team's or nobody's is not ours; ours without labels has our inventory as owner."""
    owned = deepcopy(SERVICE)
    owned["metadata"]["ownerReferences"] = [{"uid": "inventory"}]
    for labels in ({DEPLOYMENT: "d2", TEAM: "t1"}, {DEPLOYMENT: "d1", TEAM: "t2"}, {}):
        assert not belongs(SERVICE, as_stored(labels=labels))
    assert belongs(SERVICE, as_stored())
    assert belongs(owned, as_stored(labels=None, ownerReferences=[{"uid": "inventory"}]))
    assert not belongs(owned, as_stored(labels={TEAM: "t2"}, ownerReferences=[{"uid": "inventory"}]))


def test_the_last_writer_of_a_field_is_named() -> None:
    """By the time the server notes; one without a time came by the door for scaling; of what is gone nobody is."""
    declared = {"metadata": {}, "spec": {"replicas": 1, "paused": True}}
    fields: dict[str, Any] = {"f:spec": {"f:replicas": {}}}
    early, late = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
    entries: list[dict[str, Any]] = [
        {"manager": "late", "operation": "Update", "time": late, "fieldsV1": fields},
        {"manager": "early", "operation": "Update", "time": early, "fieldsV1": fields},
        {"manager": "status", "operation": "Update", "time": late, "fieldsV1": {"f:status": {}}},
        {"manager": "appstore", "operation": "Apply", "time": late, "fieldsV1": fields},
    ]
    found = {"metadata": {"managedFields": entries}}
    assert last_writer(declared, found, [".spec.replicas"]) == Writer("late", datetime.fromisoformat(late))
    assert last_writer(declared, found, [".spec.paused"]) is None
    entries.append({"manager": "scale", "operation": "Update", "subresource": "scale", "fieldsV1": fields})
    assert last_writer(declared, found, [".spec.replicas"]) == Writer("scale", None)
