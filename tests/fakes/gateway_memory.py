"""What a fake gateway remembers: requests under their keys, operations, events, and how a deployment goes."""

import asyncio
import json
import threading
import uuid
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from tests.fakes.issuer import FakeIssuer

BASE = "/api/v1"
TEAM = {"id": "019ab000-0000-7000-8000-0000000000a1", "slug": "team-data"}
Json = dict[str, Any]


def now() -> str:
    """The present as the API writes it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def problem(status: int, code: str, fault: str = "you", **more: Any) -> JSONResponse:
    """An error answer."""
    body = {"type": f"/problems/{code}", "title": code, "status": status, "code": code, "fault": fault, **more}
    return JSONResponse(body, status, media_type="application/problem+json")


@dataclass
class Memory:
    """The state of one fake. `apps` is the API's App per name; `failures` says why an app's rollout fails."""

    apps: dict[str, Json] = field(default_factory=dict)
    failures: dict[str, Json] = field(default_factory=dict)
    never_ends: set[str] = field(default_factory=set)
    unavailable: int = 0
    """Answers 503 to this many requests."""
    listed_at_first: list[int] = field(default_factory=list)
    """How many apps each of the first requests lists, as right after a first start."""
    looks_unscored: int = 0
    """Shows an app without scorecard to this many requests."""
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
    stream_opened: threading.Event = field(default_factory=threading.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def accept(self, request: Request, body: bytes, operation: Json) -> Json | JSONResponse:
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

    def record(self, operation: Json, service: str, event: str, sentence: str) -> None:
        """Tell that something happened."""
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

    def end(self, operation: Json, status: str, why: Json | None = None) -> None:
        """End an operation once and for all."""
        operation |= {"status": status, "ended": True, "endedAt": now()} | ({"problem": why} if why else {})
        self.news.set()
        self.news = asyncio.Event()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something after the answer."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def add_fact(self, app: str, kind: str, fact: Json) -> None:
        """Judge anew the rules about this kind of fact: only what is final passes."""
        for card in self.apps[app]["scorecard"]["criteria"].values():
            for result in card["results"]:
                if result["rule"].startswith(kind):
                    result["verdict"] = "pass" if fact["value"].get("status") == "definitief" else "fail"
                    result["evidence"] = [fact.get("source", {})]

    async def roll_out(self, operation: Json, app: Json) -> None:
        """Let the gates decide, then roll out."""
        deployed = self.deployments[operation["subject"]["deployment"]]
        self.record(operation, "gateway", "DeploymentRequested", "The deployment was asked for.")
        objections = [
            one
            for card in app["scorecard"]["criteria"].values()
            for one in card["results"]
            if one["gate"] and one["verdict"] in ("fail", "unknown")
        ]
        if objections:
            self.record(operation, "compliance", "DeploymentRejected", "A rule decided against it.")
            self.end(
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
            self.record(operation, "compliance", "DeploymentApproved", "Every gate is open.")
            self.record(operation, "deployer", "DeploymentStarted", "The objects stand in the cluster.")
            failure = self.failures.get(app["name"])
            self.record(operation, "deployer", "DeploymentFailed" if failure else "DeploymentSucceeded", "It ended.")
            self.end(operation, "failed" if failure else "succeeded", failure)
        deployed["status"] = operation["status"]
        deployed["revision"] = 1 if operation["status"] == "succeeded" else None
        deployed["stands"] = operation["status"] not in ("rejected", "failed")

    async def messages(self, deployment: str | None, epoch: str, position: int) -> AsyncIterator[str]:
        """Stream the events after a position of an epoch."""
        if epoch and epoch != self.epoch:
            yield "event: reset\ndata: {}\n\n"
            position = 0
        elif not epoch:
            position = len(self.events)
        sent = 0
        self.stream_opened.set()
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
