"""What `appstore status` says of what was changed by hand; run in this process."""

from typing import Any

import pytest

from tests.integration.client.conftest import Appstore, Served

WHEN = "2026-11-24T18:12:03.000Z"
DRIFTED: list[dict[str, Any]] = [
    {
        "kind": "Deployment",
        "name": "open",
        "deleted": False,
        "fields": [
            {"path": ".spec.replicas", "declared": "1", "found": "5", "hidden": False},
            {"path": ".metadata.labels.a", "declared": "b", "found": None, "hidden": False},
        ],
        "manager": "kubectl-edit",
        "at": WHEN,
    },
    {"kind": "Service", "name": "open", "deleted": True, "fields": []},
    {"kind": "Secret", "name": "open-settings", "deleted": False, "fields": [{"path": ".data.token", "hidden": True}]},
]


@pytest.mark.parametrize(
    ("reaction", "says"),
    [
        ("heals", "The platform puts it back:"),
        ("heals-later", "Somebody keeps changing this: 4 times in an hour."),
        ("reports", "It stays like that until somebody puts it back:"),
    ],
)
def test_drift_is_shown_field_by_field(living: Appstore, gateway: Served, reaction: str, says: str) -> None:
    """What was declared and found, who did it, what is gone; of a secret only that it differs."""
    deployed = next(iter(gateway.fake.deployments.values()))
    deployed["drift"] = {"since": WHEN, "reaction": reaction, "times": 4, "healsAt": WHEN, "drifted": DRIFTED}
    out = living("status", "open").out
    assert says in out
    lines = [line.strip() for line in out.splitlines()]
    assert ".spec.replicas: 1 → 5" in lines
    assert ".metadata.labels.a: b → -" in lines
    assert any(line.startswith("Deployment open, by kubectl-edit at 2026-11-24") for line in lines)
    assert "Service open was deleted" in lines
    assert ".data.token: another value (secret, so not shown)" in lines
    assert "Service open is verwijderd" in living("status", "open", APPSTORE_LANG="nl").out


def test_without_drift_nothing_is_said_of_it(living: Appstore) -> None:
    """All is as declared."""
    assert "by hand" not in living("status", "open").out
