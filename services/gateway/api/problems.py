"""Problems: code → status and whose fault it is, once. Sentences: `locales/*/refusal.yaml`, same codes.

Every error a client sees comes out of here as RFC 9457 `application/problem+json`: what happened, why, what to do now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from starlette.requests import Request
from starlette.responses import Response

from contracts.refusals import Refusal
from services.gateway.api.shapes import FieldError
from services.gateway.locales.languages import LANGUAGE_COOKIE, LANGUAGE_PARAMETER, choose_language
from services.gateway.locales.texts import TextParameterError, Texts

API_VERSION = "1.0.0"
HEADERS: Mapping[str, str] = {
    "API-Version": API_VERSION,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
"""What every answer of the API carries (NLGov API Design Rules: version header, transport security)."""
Fault = Literal["you", "app", "platform", "dependency"]
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is the same for every problem of one code."""

    status: int
    fault: Fault = "you"


KINDS: Mapping[str, Kind] = {
    "bad-request": Kind(400),
    "invalid-fields": Kind(422),
    "not-signed-in": Kind(401),
    "token-refused": Kind(401),
    "cross-site-request": Kind(403),
    "not-allowed": Kind(403),
    "other-team": Kind(403),
    "no-such-address": Kind(404),
    "method-not-allowed": Kind(405),
    "unknown-app": Kind(404),
    "unknown-version": Kind(404),
    "unknown-deployment": Kind(404),
    "unknown-operation": Kind(404),
    "unknown-person": Kind(404),
    "no-sealing-key": Kind(503, "platform"),
    "unknown-team": Kind(404),
    "unknown-environment": Kind(404),
    "team-is-ambiguous": Kind(422),
    "app-withdrawn": Kind(422),
    "already-removed": Kind(422),
    "being-removed": Kind(409),
    "nothing-to-change": Kind(409),
    "nothing-to-cancel": Kind(409),
    "change-under-way": Kind(409),
    "is-paused": Kind(409),
    "nothing-to-go-back-to": Kind(409),
    "unknown-revision": Kind(404),
    "name-in-use": Kind(422),
    "name-keeps-data": Kind(422),
    "body-too-large": Kind(413),
    "address-too-long": Kind(414),
    "headers-too-large": Kind(431),
    "team-name-unfit": Kind(422, "platform"),
    "no-namespace": Kind(422, "platform"),
    "idempotency-key-reused": Kind(422),
    "unsupported-media-type": Kind(415),
    "too-many-streams": Kind(503, "platform"),
    "no-cluster": Kind(503, "platform"),
    "no-answer-in-time": Kind(504, "platform"),
    "no-answer-possible": Kind(502, "platform"),
    "answer-too-large": Kind(502, "platform"),
    "answering-is-busy": Kind(503, "platform"),
    "too-many-questions": Kind(429),
    "not-now": Kind(503, "platform"),
    "issuer-away": Kind(503, "dependency"),
    "internal-error": Kind(500, "platform"),
    "rejected-by-policy": Kind(422, "app"),
    "undecided": Kind(504, "platform"),
    "superseded": Kind(409),
    "cancelled": Kind(409),
    "too-late": Kind(409),
    "held": Kind(500, "platform"),
    "skipped-by-operator": Kind(500, "platform"),
    "evidence-is-not-that-kind": Kind(422),
    "evidence-has-expired": Kind(422),
    "evidence-weaker-than-known": Kind(422),
    "evidence-about-nothing-known": Kind(404),
    "review-about-nothing-known": Kind(404),
    "already-reviewed": Kind(409),
    "image-not-found": Kind(424, "app"),
    "crash-loop": Kind(424, "app"),
    "out-of-memory": Kind(424),
    "quota-exceeded": Kind(424),
    "unschedulable": Kind(424, "platform"),
    "volume-not-bound": Kind(424, "platform"),
    "config-missing": Kind(424),
    "network-blocked": Kind(424),
    "admission-denied": Kind(424, "app"),
    "api-not-served": Kind(424, "platform"),
    "api-deprecated": Kind(424, "platform"),
    "pods-unavailable": Kind(424, "platform"),
    "manifest-invalid": Kind(424, "app"),
    "revision-unknown": Kind(424),
    "version-quarantined": Kind(424),
    "probe-failed": Kind(424, "app"),
    "progress-deadline-exceeded": Kind(424, "app"),
}


class Problem(Refusal):
    """A refusal of the gateway itself, before anything was accepted."""

    def __init__(self, code: str, *, errors: Sequence[FieldError] = (), **params: str | float | bool) -> None:
        super().__init__(**params)
        self.code = code
        self.errors = errors


@dataclass(frozen=True)
class Told:
    """A problem in one language."""

    code: str
    title: str
    detail: str
    status: int
    fault: Fault
    next: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)

    def body(self, **more: Any) -> dict[str, Any]:
        """As it travels."""
        return {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "fault": self.fault,
            "params": dict(self.params),
            "next": list(self.next),
            **more,
        }


def texts_for(request: Request) -> Texts:
    """The texts of the language this request asks for."""
    return Texts(
        choose_language(
            request.query_params.get(LANGUAGE_PARAMETER),
            request.cookies.get(LANGUAGE_COOKIE),
            request.headers.get("accept-language"),
        )
    )


def tell(code: str, params: Mapping[str, Any], texts: Texts) -> Told:
    """A problem in the reader's language. An unknown code is told as an internal error."""
    known = code if code in KINDS else "internal-error"
    kind = KINDS[known]
    values = {"code": code, **params}
    values |= {name: "?" for name in texts.parameters(f"refusal.{known}") if name not in values}
    following = texts.sentence(f"refusal.{known}.next", values)
    return Told(
        known,
        texts.sentence(f"refusal.{known}.title", values),
        texts.sentence(f"refusal.{known}.detail", values),
        kind.status,
        kind.fault,
        tuple(filter(None, following.split("\n"))),
        params,
    )


def tell_field(error: FieldError, texts: Texts) -> dict[str, str]:
    """A wrong field in the reader's language. What no text is for, or lacks a value, is told in general."""
    key = f"field.{error.text}"
    try:
        detail = texts.sentence(key if texts.has(key) else "field.other", error.values)
    except TextParameterError:
        detail = texts("field.other")
    return {"field": error.field, "code": error.code, "detail": detail}


def problem_response(request: Request, problem: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that carries a problem, with `headers` of its own."""
    texts = texts_for(request)
    told = tell(problem.code, problem.params, texts)
    more: dict[str, Any] = {"instance": request.url.path}
    if isinstance(problem, Problem) and problem.errors:
        more["errors"] = [tell_field(error, texts) for error in problem.errors]
    headers = {
        **HEADERS,
        "Cache-Control": "no-store",
        "Content-Language": texts.language,
        **(headers or {}),
    }
    if told.status in {429, 503}:
        headers["Retry-After"] = "2"
    if told.status == 401:  # noqa: PLR2004 - RFC 9110: says how to sign in
        headers["WWW-Authenticate"] = 'Bearer realm="appstore"'
    return Response(orjson.dumps(told.body(**more)), told.status, headers, MEDIA_TYPE)
