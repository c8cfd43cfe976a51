"""A gateway that speaks the HTTP API from memory, for tests of its client; what it does follows from the data given.

It knows the API's rules that a client meets (problems, operations, idempotency keys, an event stream that resumes) and
nothing of how the platform works. Deployments run as fast as the loop turns.
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.fakes.issuer import FakeIssuer

BASE = "/api/v1"
TEAM = {"id": "019ab000-0000-7000-8000-0000000000a1", "slug": "team-data"}
Json = dict[str, Any]


def now() -> str:
    """The present as the API writes it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def problem(status: int, code: str, fault: str = "you", **more: Any) -> JSONResponse:  # noqa: ANN401 - JSON
    """An error answer."""
    body = {"type": f"/problems/{code}", "title": code, "status": status, "code": code, "fault": fault, **more}
    return JSONResponse(body, status, media_type="application/problem+json")


@dataclass
class FakeGateway:
    """The state of one fake. `apps` is the API's App per name; `failures` says why an app's rollout fails."""

    apps: dict[str, Json] = field(default_factory=dict)
    failures: dict[str, Json] = field(default_factory=dict)
    never_ends: set[str] = field(default_factory=set)
    unavailable: int = 0
    """Answers 503 to this many requests."""
    break_stream_after: int | None = None
    """Ends each event stream after this many events."""
    epoch: str = "epoch-1"
    issuer: FakeIssuer = field(default_factory=FakeIssuer)
    deployments: dict[str, Json] = field(default_factory=dict)
    operations: dict[str, Json] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    reviews: list[Json] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    keys: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

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
            Route(f"{BASE}/deployments/{{id}}", self._deployment, methods=["GET", "DELETE"]),
            Route(f"{BASE}/deployments/{{id}}/timeline", self._timeline),
            Route(f"{BASE}/operations", self._operations),
            Route(f"{BASE}/operations/{{id}}", self._operation),
            Route(f"{BASE}/events", self._stream),
            *self.issuer.routes(),
        ]
        return Starlette(routes=routes)

    # -- what every request passes ------------------------------------------------------------------------------

    def _refusal(self, request: Request) -> JSONResponse | None:
        self.requests.append((request.method, request.url.path, dict(request.headers)))
        if self.unavailable > 0:
            self.unavailable -= 1
            return problem(503, "not-ready", "platform")
        if not self.issuer.knows(request.headers.get("authorization", "")):
            return problem(401, "not-signed-in", next=["appstore login"])
        return None

    def _accept(self, request: Request, body: bytes, operation: Json) -> Json | JSONResponse:
        """The operation stored under the request's key, or a new one."""
        key = request.headers.get("idempotency-key")
        if key in self.keys:
            known, operation_id = self.keys[key]
            if known != body:
                return problem(422, "idempotency-key-reused")
            return self.operations[operation_id]
        start: Json = {
            "id": str(uuid.uuid4()),
            "status": "accepted",
            "ended": False,
            "requestedAt": now(),
            "team": TEAM["slug"],
        }
        operation = start | operation
        self.operations[operation["id"]] = operation
        if key is not None:
            self.keys[key] = (body, operation["id"])
        return operation

    def _record(self, operation: Json, service: str, event: str, sentence: str) -> None:
        count = len(self.events) + 1
        self.events.append(
            {
                "id": str(uuid.uuid4()),
                "type": f"nl.appstore.{event}.v1",
                "event": event,
                "service": service,
                "time": now(),
                "hlc": f"{count:020}",
                "gapSeconds": None if count == 1 else 0.01,
                "correlationId": operation["id"],
                "deployment": operation["subject"].get("deployment"),
                "app": operation["subject"]["app"],
                "sentence": sentence,
                "sequence": count,
                "topic": f"{service}.deployments",
                "key": operation["subject"].get("deployment", ""),
            }
        )
        self.news.set()
        self.news = asyncio.Event()

    def _end(self, operation: Json, status: str, why: Json | None = None) -> None:
        operation |= {"status": status, "ended": True, "endedAt": now()} | ({"problem": why} if why else {})
        self.news.set()
        self.news = asyncio.Event()

    def _answer(self, operation: Json) -> JSONResponse:
        headers = {"Location": f"{BASE}/operations/{operation['id']}"}
        return JSONResponse(operation, 202, headers=headers)

    def _start(self, work: Any) -> None:  # noqa: ANN401 - a coroutine
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    # -- resources ----------------------------------------------------------------------------------------------

    async def _announce(self, request: Request) -> Response:
        return JSONResponse({"issuer": f"{request.base_url}issuer", "clientId": "appstore-cli"})

    async def _me(self, request: Request) -> Response:
        person = {"person": "p-1", "name": "Demi Demo", "teams": [TEAM | {"roles": ["developer"]}]}
        return self._refusal(request) or JSONResponse(person)

    async def _list_apps(self, request: Request) -> Response:
        words = request.query_params.get("q", "").lower()
        found = [app for app in self.apps.values() if words in f"{app['name']} {app['summary']}".lower()]
        start, size = int(request.query_params.get("cursor", 0)), 2
        following = str(start + size) if start + size < len(found) else None
        return self._refusal(request) or JSONResponse({"items": found[start : start + size], "next": following})

    async def _get_app(self, request: Request) -> Response:
        app = self.apps.get(request.path_params["name"])
        missing = problem(404, "unknown-app", detail=request.path_params["name"], next=["appstore apps"])
        return self._refusal(request) or (JSONResponse(app) if app else missing)

    async def _scorecard(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse(self.apps[request.path_params["name"]]["scorecard"])

    async def _add_evidence(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        body, name = await request.body(), request.path_params["name"]
        fact = json.loads(body)
        subject = {"evidence": str(uuid.uuid4()), "app": name, "version": request.path_params["version"]}
        operation = self._accept(request, body, {"kind": "add-evidence", "subject": subject})
        if isinstance(operation, JSONResponse):
            return operation
        for result in (one for card in self.apps[name]["scorecard"]["criteria"].values() for one in card["results"]):
            if result["rule"].startswith(fact["kind"]) and fact["fact"]["value"].get("status") == "definitief":
                result["verdict"] = "pass"
        self._end(operation, "succeeded")
        return self._answer(operation)

    async def _reviews(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        if request.method == "GET":
            return JSONResponse({"items": self.reviews, "next": None})
        body, name = await request.body(), request.path_params["name"]
        subject = {"review": str(uuid.uuid4()), "app": name}
        operation = self._accept(request, body, {"kind": "review", "subject": subject})
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
        self._end(operation, "succeeded")
        return self._answer(operation)

    async def _deployments(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        if request.method == "GET":
            return JSONResponse({"items": list(self.deployments.values()), "next": None})
        body = await request.body()
        asked = json.loads(body)
        if asked["app"] not in self.apps:
            return problem(404, "unknown-app", next=["appstore apps"])
        app = self.apps[asked["app"]]
        identity, version = str(uuid.uuid4()), asked.get("version", app["version"])
        subject = {"deployment": identity, "app": app["name"], "version": version}
        operation = self._accept(request, body, {"kind": "deploy", "subject": subject})
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
                "removed": False,
                "operations": [operation["id"]],
            }
            self._start(self._roll_out(operation, app))
        return self._answer(operation)

    async def _roll_out(self, operation: Json, app: Json) -> None:
        deployed = self.deployments[operation["subject"]["deployment"]]
        self._record(operation, "gateway", "DeploymentRequested", "The deployment was asked for.")
        objections = [
            one
            for card in app["scorecard"]["criteria"].values()
            for one in card["results"]
            if one["gate"] and one["verdict"] in ("fail", "unknown")
        ]
        if objections:
            self._record(operation, "compliance", "DeploymentRejected", "A rule decided against it.")
            self._end(
                operation,
                "rejected",
                {
                    "code": "rejected-by-policy",
                    "title": "The policy does not allow this deployment",
                    "fault": "you",
                    "objections": objections,
                    "next": [f"appstore evidence add {app['name']} {app['version']} --kind dpia"],
                },
            )
        elif app["name"] not in self.never_ends:
            self._record(operation, "compliance", "DeploymentApproved", "Every gate is open.")
            self._record(operation, "deployer", "DeploymentStarted", "The objects stand in the cluster.")
            failure = self.failures.get(app["name"])
            self._record(operation, "deployer", "DeploymentFailed" if failure else "DeploymentSucceeded", "It ended.")
            self._end(operation, "failed" if failure else "succeeded", failure)
        deployed["status"] = operation["status"]

    async def _deployment(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        deployed = self.deployments.get(request.path_params["id"])
        if deployed is None:
            return problem(404, "unknown-deployment", next=["appstore status"])
        if deployed["team"] != TEAM:
            return problem(403, "other-team")
        if request.method == "GET":
            return JSONResponse(deployed)
        subject = {"deployment": deployed["id"], "app": deployed["app"]["name"]}
        operation = self._accept(request, b"", {"kind": "remove", "subject": subject})
        if isinstance(operation, JSONResponse):
            return operation
        deployed["removed"] = True
        self._record(operation, "deployer", "DeploymentRemoved", "Nothing of it is left.")
        self._end(operation, "succeeded")
        return self._answer(operation)

    async def _timeline(self, request: Request) -> Response:
        identity = request.path_params["id"]
        found = [event for event in self.events if event["deployment"] == identity]
        missing = problem(404, "unknown-deployment", next=["appstore status"])
        known = identity in self.deployments
        return self._refusal(request) or (JSONResponse({"items": found, "next": None}) if known else missing)

    async def _operations(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse({"items": list(self.operations.values()), "next": None})

    async def _operation(self, request: Request) -> Response:
        found = self.operations.get(request.path_params["id"])
        return self._refusal(request) or (JSONResponse(found) if found else problem(404, "unknown-operation"))

    async def _stream(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        epoch, _, last = request.headers.get("last-event-id", "").partition("/")
        messages = self._messages(request.query_params.get("deployment"), epoch, int(last or 0))
        return StreamingResponse(messages, media_type="text/event-stream")

    async def _messages(self, deployment: str | None, epoch: str, position: int) -> AsyncIterator[str]:
        if epoch and epoch != self.epoch:
            yield "event: reset\ndata: {}\n\n"
            position = 0
        elif not epoch:
            position = len(self.events)
        sent = 0
        while True:
            news = self.news
            while position < len(self.events):
                event = self.events[position]
                position += 1
                if deployment in (None, event["deployment"]):
                    yield f"id: {self.epoch}/{position}\ndata: {json.dumps(event)}\n\n"
                    sent += 1
                    if sent == self.break_stream_after:
                        return
            await news.wait()
