"""Answers of the API, as the tests of the client read them."""

from typing import Any

LAW = {"title": "GDPR article 35", "uri": "https://eur-lex.europa.eu/eli/reg/2016/679/oj"}
IMAGE_NOT_FOUND = {
    "code": "image-not-found",
    "title": "The image does not exist",
    "detail": "registry.example/broken:1.0.0",
    "fault": "app",
    "params": {"image": "registry.example/broken:1.0.0"},
    "next": ["appstore app show broken"],
}


def result(rule: str, verdict: str, *, gate: bool) -> dict[str, Any]:
    """One rule's result, which also has the shape of an objection."""
    return {
        "rule": rule,
        "ruleVersion": 1,
        "verdict": verdict,
        "gate": gate,
        "weight": 2,
        "points": 0,
        "title": "A DPIA is there",
        "message": "No final DPIA was found.",
        "legalReference": LAW,
        "remedy": "Add a final DPIA.",
        "evidence": [],
        "criterion": "dpia",
    }


def app(name: str, verdict: str) -> dict[str, Any]:
    """One app whose DPIA gate says `verdict`."""
    card = {
        "app": name,
        "version": "1.0.0",
        "score": {"points": 64, "coverage": 0.8, "known": 4, "of": 5},
        "gates": verdict,
        "criteria": {"dpia": {"verdict": verdict, "results": [result("dpia-present", verdict, gate=True)]}},
        "change": "first",
        "policySet": {"version": "1", "sha256": "0" * 64},
        "asOf": "2026-11-24T08:00:00Z",
    }
    return {
        "id": f"id-of-{name}",
        "name": name,
        "title": name.title(),
        "summary": f"What {name} does.",
        "categories": ["chat"],
        "version": "1.0.0",
        "score": card["score"],
        "criteria": {"dpia": verdict},
        "gates": verdict,
        "licence": "MIT",
        "runsOn": {"cpu": "1", "memory": "2Gi", "gpu": 0},
        "usedBy": {"teams": 1},
        "versions": [{"version": "1.0.0"}],
        "scorecard": card,
        "deployCommand": f"appstore deploy {name}",
        "somethingNew": {"kept": True},
    }


APPS = {
    one["name"]: one
    for one in (app("open", "pass"), app("undocumented", "unknown"), app("broken", "pass"), app("slow", "pass"))
}

OPERATION = {
    "id": "019ab000-0000-7000-8000-00000000000f",
    "kind": "deploy",
    "status": "running",
    "ended": False,
    "subject": {"deployment": "019ab000-0000-7000-8000-0000000000d1", "app": "open", "version": "1.0.0"},
    "requestedAt": "2026-11-24T08:00:00.120Z",
    "team": "team-data",
    "somethingNew": 1,
}
ENTRY = {
    "id": "e-1",
    "type": "nl.appstore.deployment.requested.v1",
    "event": "DeploymentRequested",
    "service": "gateway",
    "time": "2026-11-24T08:00:00.130Z",
    "hlc": "0001",
    "gapSeconds": None,
    "correlationId": OPERATION["id"],
    "actor": {"id": "p-1"},
    "sentence": "Somebody asked for it.",
    "sequence": 1,
    "topic": "gateway.deployment-requests",
    "key": "019ab000-0000-7000-8000-0000000000d1",
}
