"""Deployments as the API shows them, for tests of what is compared with them."""

from typing import Any

from appstore_client.declared.declaration import Declared, Place, SecretSource
from appstore_client.models.deployment import Deployment

PLACE = Place("papers.yaml", 1)
TOKEN = SecretSource(PLACE, variable="PAPERS_TOKEN")


def declared(**more: Any) -> Declared:
    """What a file says of `papers`."""
    same = {"name": "papers", "app": "qdrant", "version": "1", "environment": "test", "team": "team-data"}
    return Declared(**{"place": PLACE, **same, **more})


def wish(**more: Any) -> dict[str, Any]:
    """What was asked of `papers`."""
    return {"intent": "deploy", "version": "1", "parameters": {}, "secrets": [], "replicas": None, **more}


def deployment(asked: dict[str, Any] | None = None, runs: dict[str, Any] | None = None, **more: Any) -> Deployment:
    """`papers` as the API shows it; without `runs` what was asked runs."""
    asked = asked or wish()
    now = runs or asked
    running = {
        **{name: now[name] for name in ("version", "parameters", "secrets")},
        "revision": 1,
        "replicas": now["replicas"] or 1,
        "askedReplicas": now["replicas"],
        "since": "2026-11-24T08:00:00Z",
    }
    return Deployment.read(
        {
            "id": "019ab000-0000-7000-8000-0000000000d1",
            "name": "papers",
            "app": {"id": "a", "name": "qdrant"},
            "environment": {"name": "test"},
            "team": {"id": "t", "slug": "team-data"},
            "status": "succeeded",
            "stands": True,
            "revision": 1,
            "asked": asked,
            "running": running,
            **more,
        }
    )
