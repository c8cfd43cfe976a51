"""How a deployment on the fake gateway changes: whole requests, revisions, and an upgrade that goes back."""

import json
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.fakes.gateway_memory import Json, Memory, now, problem

WHY = {
    "code": "image-not-found",
    "title": "The image does not exist",
    "detail": "Nobody has it.",
    "fault": "app",
    "next": ["appstore app show open"],
}


@dataclass
class Living(Memory):
    """The addresses at which a deployment is changed. `broken` versions never start; `open` requests never end."""

    broken: set[str] = field(default_factory=set)
    bodies: list[Json] = field(default_factory=list)
    """What was sent to deploy or change something."""
    revisions: dict[str, list[Json]] = field(default_factory=dict)
    open: dict[str, Json] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=lambda: {"test": "lenient", "production": "strict"})
    """How strictly each environment is judged."""
    diagnosis: Json = field(default_factory=dict)
    """What the doctor says of every deployment; nothing: it is healthy."""

    def begin(self, deployed: Json, asked: Json) -> None:
        """The first revision of a deployment."""
        self.bodies.append(asked)
        wish = {
            "intent": "deploy",
            "version": deployed["version"],
            "parameters": asked.get("parameters", {}),
            "secrets": sorted(asked.get("secrets", {})),
            "replicas": asked.get("replicas"),
            "declaredBy": asked.get("declaredBy"),
        }
        self._becomes(deployed, wish, "succeeded")

    async def change(self, request: Request, deployed: Json) -> Response:
        """PATCH: a change; PUT: all of it; or an action after the last slash."""
        body = await request.body()
        sent: Json = json.loads(body or b"{}")
        action = request.url.path.rsplit("/", 1)[-1]
        if action == "_cancel":
            return self._cancel(request, deployed)
        if action == "_restart" and deployed["asked"].get("paused"):
            return problem(409, "is-paused", next=["appstore resume open"])
        self.bodies.append(sent)
        wish = _whole(deployed, sent) if request.method == "PUT" else self._wish(deployed, sent, action)
        if wish is None:
            return problem(409, "nothing-to-change", detail="It is so.", next=["appstore status"])
        subject = {"deployment": deployed["id"], "app": deployed["app"]["name"], "version": wish["version"]}
        operation = self.accept(request, body, {"kind": wish["intent"], "subject": subject})
        if isinstance(operation, JSONResponse):
            return operation
        self.record(operation, "gateway", "DeploymentRequested", "It was asked for.")
        if wish["version"] in self.never_ends:
            self.open[deployed["id"]] = operation
        elif wish["version"] in self.broken:
            runs = deployed["running"]
            self._becomes(deployed, wish, "rolled-back")
            deployed |= {"asked": wish, "status": "rolled-back", "failure": WHY | {"cause": WHY["code"]}}
            restored = {"revision": runs["revision"], "version": runs["version"]}
            self.end(operation, "rolled-back", WHY | {"restored": restored})
        else:
            self._becomes(deployed, wish, "succeeded")
            self.end(operation, "succeeded")
        return JSONResponse(operation, 202)

    def revisions_of(self, deployment: str) -> Response:
        """Newest first."""
        return JSONResponse({"items": self.revisions[deployment][::-1], "next": None})

    def diagnosis_of(self, deployed: Json) -> Response:
        """The finding that a test put there, or that it is healthy."""
        known = {"deployment": deployed["id"], "name": deployed["name"], "status": deployed["status"]}
        return JSONResponse({**known, "healthy": not self.diagnosis, "finding": None, **self.diagnosis})

    def plan_of(self, sent: Json, deployed: Json | None) -> Json:
        """One workload: new, or with the number of pods that is asked. A quota has room for four pods."""
        asked: Json = deployed["asked"] if deployed else {"version": "1.19.0", "replicas": 0}
        pods: int = sent.get("replicas") or asked["replicas"] or 1
        before = str(asked["replicas"] or 0)
        fields = [{"path": ".spec.replicas", "before": before, "after": str(pods), "hidden": False}]
        missing = str(pods - 4) if pods > 4 else None
        about = {
            "kind": "Deployment",
            "namespace": "team-data-test",
            "more": 0,
            "asked": True,
            "trouble": None,
            "manifest": {},
        }
        name = deployed["name"] if deployed else sent.get("name", sent.get("app"))
        change: Json = {
            "change": "changed" if deployed else "new",
            "fields": fields if deployed else [],
            "manifest": {},
        }
        use = {"resource": "pods", "before": before, "after": str(pods), "used": before, "limit": "4"}
        return {
            "deployment": deployed["id"] if deployed else None,
            "app": sent.get("app", "open"),
            "name": name,
            "environment": "test",
            "namespace": "team-data-test",
            "intent": "deploy",
            "version": sent.get("version") or asked["version"],
            "revision": 1,
            "wouldWork": missing is None,
            "namespaceIsNew": False,
            "warnings": [],
            "trouble": None,
            "objects": [about | change | {"name": name}],
            "resources": [use | {"missing": missing}],
        }

    def _wish(self, deployed: Json, sent: Json, action: str) -> Json | None:
        asked: Json = deployed["asked"]
        if deployed["status"] == "rolled-back":
            runs = deployed["running"]
            asked |= {name: runs[name] for name in ("version", "parameters", "secrets")}
            asked |= {"replicas": runs["askedReplicas"]}
        if action == "_restart":
            return asked | {"intent": "restart"}
        if action in {"_pause", "_resume"}:
            return asked | {"intent": action[1:], "paused": action == "_pause"}
        if action == "_roll-back":
            number = sent.get("revision", deployed["running"]["revision"] - 1)
            earlier = self.revisions[deployed["id"]][number - 1]
            return {name: earlier[name] for name in ("version", "parameters", "secrets", "replicas")} | {
                "intent": "roll-back"
            }
        merged = {k: v for k, v in (asked["parameters"] | sent.get("parameters", {})).items() if v is not None}
        secrets = sorted({*asked["secrets"], *sent.get("secrets", {})})
        wish = asked | sent | {"parameters": merged, "secrets": secrets}
        if sent.get("secrets"):
            return wish | {"intent": "configure"}
        for name, intent in (("version", "upgrade"), ("parameters", "configure"), ("replicas", "scale")):
            if wish[name] != asked[name]:
                return wish | {"intent": intent}
        return None

    def _cancel(self, request: Request, deployed: Json) -> Response:
        under_way = self.open.pop(deployed["id"], None)
        if under_way is None:
            return problem(409, "nothing-to-cancel", next=["appstore status"])
        operation = self.accept(request, b"", {"kind": "cancel", "subject": under_way["subject"]})
        if isinstance(operation, JSONResponse):
            return operation
        self.end(under_way, "cancelled", {"code": "cancelled", "title": "It was taken back", "fault": "you"})
        self.end(operation, "succeeded")
        return JSONResponse(operation, 202)

    def _becomes(self, deployed: Json, wish: Json, outcome: str) -> None:
        known = self.revisions.setdefault(deployed["id"], [])
        number, succeeded = len(known) + 1, outcome == "succeeded"
        for one in known:
            one["runs"] = one["runs"] and not succeeded
        failure = {} if succeeded else {"failure": WHY}
        times = {"requestedAt": now(), "startedAt": now()}
        known.append(
            wish | times | failure | {"revision": number, "generation": number, "outcome": outcome, "runs": succeeded}
        )
        if succeeded:
            paused = bool(wish.get("paused"))
            pods = 0 if paused else 1 if wish["replicas"] is None else wish["replicas"]
            deployed |= {"paused": paused}
            runs = {name: wish[name] for name in ("version", "parameters", "secrets")} | {"revision": number}
            runs |= {"replicas": pods, "askedReplicas": wish["replicas"], "since": now()}
            deployed |= {"asked": wish, "running": runs, "revision": number, "status": "succeeded", "failure": None}


def _whole(deployed: Json, sent: Json) -> Json | None:
    """What PUT asks; None when that is asked already and did not go wrong."""
    asked: Json = deployed["asked"]
    wish = {
        "version": sent["version"],
        "parameters": sent.get("parameters", {}),
        "secrets": sorted(sent.get("secrets", {})),
        "replicas": sent.get("replicas"),
        "declaredBy": sent.get("declaredBy") or asked.get("declaredBy"),
    }
    given = any(value is not None for value in sent.get("secrets", {}).values())
    same = all(asked.get(name) == value for name, value in wish.items())
    if same and not given and deployed["status"] != "rolled-back":
        return None
    return wish | {"intent": "upgrade" if wish["version"] != asked["version"] else "configure"}
