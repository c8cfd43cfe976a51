"""A gateway that speaks the HTTP API from memory, for tests of its client; what it does follows from the data given.

It knows the API's rules that a client meets (problems, operations, idempotency keys, an event stream that resumes) and
nothing of how the platform works. Deployments run as fast as the loop turns.
"""

import json
import uuid
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.fakes.gateway_living import Living
from tests.fakes.gateway_memory import BASE, TEAM, Json, now, problem
from tests.fakes.recorder import Received, Recorder

LOG: list[Json] = [
    {"pod": "papers-1", "container": "web", "at": f"2026-11-24T12:00:0{second}Z", "text": text}
    for second, text in enumerate(("starting", "reading \u001b[31mdata", "listening on 6333"))
]
HAPPENED: Json = {
    "at": "2026-11-24T12:00:00Z",
    "kind": "Pod",
    "name": "papers-1",
    "warning": True,
    "reason": "BackOff",
    "message": "Back-off pulling image",
    "times": 3,
}


@dataclass
class FakeGateway(Living):
    """The addresses of one fake."""

    received: list[Received] = field(default_factory=list)
    """What would change something, as it came in."""
    simulated: bool = False
    """Whether its cluster is."""

    def app(self) -> Starlette:
        """The application to serve."""
        routes = [
            Route("/.well-known/appstore", self._announce),
            Route(f"{BASE}/me", self._me),
            Route(f"{BASE}/apps", self._list_apps),
            Route(f"{BASE}/apps/{{name}}", self._get_app),
            Route(f"{BASE}/apps/{{name}}/versions/{{version}}/scorecard", self._scorecard),
            Route(f"{BASE}/apps/{{name}}/versions/{{version}}/evidence", self._add_evidence, methods=["POST"]),
            Route(f"{BASE}/apps/{{name}}/reviews", self._reviews, methods=["GET", "POST"]),
            Route(f"{BASE}/deployments", self._deployments, methods=["GET", "POST"]),
            Route(f"{BASE}/deployments/_plan", self._plan, methods=["POST"]),
            Route(f"{BASE}/deployments/{{id}}/_plan", self._plan, methods=["POST"]),
            Route(f"{BASE}/deployments/{{id}}", self._deployment, methods=["GET", "PUT", "PATCH", "DELETE"]),
            Route(f"{BASE}/deployments/{{id}}/revisions", self._revisions),
            *(
                Route(f"{BASE}/deployments/{{id}}/{action}", self._deployment, methods=["POST"])
                for action in ("_restart", "_roll-back", "_cancel", "_pause", "_resume")
            ),
            Route(f"{BASE}/deployments/{{id}}/timeline", self._timeline),
            Route(f"{BASE}/deployments/{{id}}/diagnosis", self._diagnosis),
            Route(f"{BASE}/deployments/{{id}}/logs", self._logs),
            Route(f"{BASE}/deployments/{{id}}/logs/stream", self._log_stream),
            Route(f"{BASE}/deployments/{{id}}/events", self._happenings),
            Route(f"{BASE}/environments", self._environments),
            Route(f"{BASE}/clusters", self._clusters),
            Route(f"{BASE}/operations", self._operations),
            Route(f"{BASE}/operations/{{id}}", self._operation),
            Route(f"{BASE}/events", self._stream),
            *self.issuer.routes(),
        ]
        return Starlette(routes=routes, middleware=[Middleware(Recorder, received=self.received)])

    # -- what every request passes ------------------------------------------------------------------------------

    def _refusal(self, request: Request) -> JSONResponse | None:
        self.requests.append((request.method, request.url.path, dict(request.headers)))
        if self.unavailable > 0:
            self.unavailable -= 1
            return problem(503, "not-ready", "platform")
        if not self.issuer.knows(request.headers.get("authorization", "")):
            return problem(401, "not-signed-in", next=["appstore login"])
        return None

    def _answer(self, operation: Json) -> JSONResponse:
        headers = {"Location": f"{BASE}/operations/{operation['id']}"}
        return JSONResponse(operation, 202, headers=headers)

    async def _announce(self, request: Request) -> Response:
        return JSONResponse({"issuer": f"{request.base_url}issuer", "clientId": "appstore-cli"})

    async def _me(self, request: Request) -> Response:
        person = {"person": "p-1", "name": "Demi Demo", "teams": [TEAM | {"roles": ["developer"]}]}
        return self._refusal(request) or JSONResponse(person)

    async def _list_apps(self, request: Request) -> Response:
        if self.listed_at_first:
            early = list(self.apps.values())[: self.listed_at_first.pop(0)]
            return self._refusal(request) or JSONResponse({"items": early, "next": None})
        words = request.query_params.get("q", "").lower()
        found = [app for app in self.apps.values() if words in f"{app['name']} {app['summary']}".lower()]
        start, size = int(request.query_params.get("cursor", 0)), 2
        following = str(start + size) if start + size < len(found) else None
        return self._refusal(request) or JSONResponse({"items": found[start : start + size], "next": following})

    async def _get_app(self, request: Request) -> Response:
        app = self.apps.get(request.path_params["name"])
        missing = problem(404, "unknown-app", detail=request.path_params["name"], next=["appstore apps"])
        if app and self.looks_unscored > 0:
            self.looks_unscored -= 1
            app = app | {"scorecard": None, "score": None}
        return self._refusal(request) or (JSONResponse(app) if app else missing)

    async def _scorecard(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse(self.apps[request.path_params["name"]]["scorecard"])

    async def _add_evidence(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        body, name = await request.body(), request.path_params["name"]
        subject = {"evidence": str(uuid.uuid4()), "app": name, "version": request.path_params["version"]}
        operation = self.accept(request, body, {"kind": "add-evidence", "subject": subject})
        if isinstance(operation, JSONResponse):
            return operation
        self.add_fact(name, **json.loads(body))
        self.end(operation, "succeeded")
        return self._answer(operation)

    async def _diagnosis(self, request: Request) -> Response:
        deployed = self.deployments.get(request.path_params["id"])
        if deployed is None:
            return self._refusal(request) or problem(404, "unknown-deployment", next=["appstore status"])
        return self._refusal(request) or self.diagnosis_of(deployed)

    async def _plan(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        sent = json.loads(await request.body())
        deployed = self.deployments.get(request.path_params.get("id", ""))
        if deployed is None and sent.get("app") not in self.apps:
            return problem(404, "unknown-app", next=["appstore apps"])
        return JSONResponse(self.plan_of(sent, deployed))

    async def _reviews(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        if request.method == "GET":
            return JSONResponse({"items": self.reviews, "next": None})
        body, name = await request.body(), request.path_params["name"]
        subject = {"review": str(uuid.uuid4()), "app": name}
        operation = self.accept(request, body, {"kind": "review", "subject": subject})
        if isinstance(operation, JSONResponse):
            return operation
        self.reviews.append(
            {
                "id": subject["review"],
                "app": name,
                **json.loads(body),
                "author": {"id": "p-1", "name": None},
                "writtenAt": now(),
                "proof": {"versions": ["1.0.0"], "environments": ["test"], "seconds": 3, "running": True},
            }
        )
        self.end(operation, "succeeded")
        return self._answer(operation)

    async def _deployments(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        if request.method == "GET":
            return JSONResponse({"items": list(self.deployments.values())[::-1], "next": None})
        body = await request.body()
        asked = json.loads(body)
        if asked["app"] not in self.apps:
            return problem(404, "unknown-app", next=["appstore apps"])
        app = self.apps[asked["app"]]
        identity, version = str(uuid.uuid4()), asked.get("version", app["version"])
        subject = {"deployment": identity, "app": app["name"], "version": version}
        operation = self.accept(request, body, {"kind": "deploy", "subject": subject})
        if isinstance(operation, JSONResponse):
            return operation
        if operation["subject"]["deployment"] == identity:
            self.deployments[identity] = {
                "id": identity,
                "name": asked.get("name", app["name"]),
                "version": version,
                "team": TEAM,
                "app": {"id": app["id"], "name": app["name"]},
                "environment": {"name": asked["environment"]},
                "status": "accepted",
                "since": now(),
                "stands": True,
                "removed": False,
                "operations": [operation["id"]],
            }
            self.begin(self.deployments[identity], asked)
            self.start(self.roll_out(operation, app))
        return self._answer(operation)

    async def _deployment(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        deployed = self.deployments.get(request.path_params["id"])
        if deployed is None:
            return problem(404, "unknown-deployment", next=["appstore status"])
        if deployed["team"] != TEAM:
            return problem(403, "other-team")
        match request.method:
            case "GET" | "HEAD":
                return JSONResponse(deployed)
            case "DELETE":
                return self._remove(request, deployed)
        return await self.change(request, deployed)

    def _remove(self, request: Request, deployed: Json) -> Response:
        subject = {"deployment": deployed["id"], "app": deployed["app"]["name"]}
        operation = self.accept(request, b"", {"kind": "remove", "subject": subject})
        if isinstance(operation, JSONResponse):
            return operation
        kept = [] if request.query_params.get("withData") else [f"{deployed['name']}-data"]
        deployed |= {"stands": False, "removed": True, "keptData": kept}
        self.record(operation, "deployer", "DeploymentRemoved", "Nothing of it is left.")
        self.end(operation, "succeeded")
        return self._answer(operation)

    async def _revisions(self, request: Request) -> Response:
        return self._refusal(request) or self.revisions_of(request.path_params["id"])

    async def _timeline(self, request: Request) -> Response:
        identity = request.path_params["id"]
        found = [event for event in self.events if event["deployment"] == identity]
        missing = problem(404, "unknown-deployment", next=["appstore status"])
        known = identity in self.deployments
        return self._refusal(request) or (JSONResponse({"items": found, "next": None}) if known else missing)

    async def _logs(self, request: Request) -> Response:
        tail = int(request.query_params.get("tail", "100"))
        lines = LOG[-tail:] if tail else []
        found = {"items": lines, "cut": len(lines) < len(LOG), "simulated": False, "next": None}
        return self._refusal(request) or JSONResponse(found)

    async def _log_stream(self, request: Request) -> Response:
        told = "".join(f"event: line\ndata: {json.dumps(line)}\n\n" for line in LOG) + "event: end\ndata: {}\n\n"
        return self._refusal(request) or Response(told, media_type="text/event-stream")

    async def _happenings(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse({"items": [HAPPENED], "simulated": self.simulated, "next": None})

    async def _environments(self, request: Request) -> Response:
        items = [
            {"name": name, "cluster": "c-1", "clusterName": "sandbox", "simulated": True, "policyLevel": level}
            for name, level in self.levels.items()
        ]
        return self._refusal(request) or JSONResponse({"items": items, "next": None})

    async def _clusters(self, request: Request) -> Response:
        cluster = {
            "id": "c-1",
            "name": "sandbox",
            "kind": "sandbox",
            "kubernetesVersion": "1.34",
            "environments": list(self.levels),
            "nodes": 2,
            "kubelets": [],
        }
        return self._refusal(request) or JSONResponse({"items": [cluster], "next": None})

    async def _operations(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse({"items": list(self.operations.values()), "next": None})

    async def _operation(self, request: Request) -> Response:
        found = self.operations.get(request.path_params["id"])
        return self._refusal(request) or (JSONResponse(found) if found else problem(404, "unknown-operation"))

    async def _stream(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        epoch, _, last = request.headers.get("last-event-id", "").partition("/")
        messages = self.messages(request.query_params.get("deployment"), epoch, int(last or 0))
        return StreamingResponse(messages, media_type="text/event-stream")
