"""The OpenAPI document: what FastAPI finds in the routes, and what holds for all of them.

The version header of each answer, the shape of a problem, 400 wherever something can be wrong (NLGov API Design Rules).
"""

from typing import Any

from fastapi import FastAPI

from services.gateway.api.problems import MEDIA_TYPE
from services.gateway.api.shapes import Shown

Document = dict[str, Any]
_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_VERSION = {
    "API-Version": {"description": "Full version of this API", "schema": {"type": "string", "examples": ["1.0.0"]}}
}
_WHERE = {
    "Location": {"description": "Address of the operation", "schema": {"type": "string", "format": "uri-reference"}}
}
_EVENTS = {"text/event-stream": {"schema": {"type": "string"}}}


class WrongField(Shown):
    """One field that is not right."""

    field: str
    code: str
    detail: str


class Problem(Shown):
    """What went wrong, why, whose turn it is and what to do now (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    code: str
    fault: str
    params: dict[str, str | int | float | bool] = {}
    errors: list[WrongField] | None = None
    next: list[str] = []


class StoreApi(FastAPI):
    """FastAPI with a document that tells all of what its routes answer."""

    def openapi(self) -> Document:
        """The document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _with_what_holds_for_all(super().openapi())
        return self.openapi_schema


def _with_what_holds_for_all(document: Document) -> Document:
    problem = Problem.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
    schemas = document["components"]["schemas"]
    schemas |= {**problem.pop("$defs"), "Problem": problem}
    document["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    document["security"] = [{}, {"bearer": []}]
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"] = _responses(operation["responses"])
    return document


def _responses(found: Document) -> Document:
    good = {status: {**one, "headers": _VERSION} for status, one in found.items() if status.startswith("2")}
    if "202" in good:
        accepted = {**good["202"], "headers": {**_VERSION, **_WHERE}, "description": "Accepted; follow the operation"}
        ended = {**accepted, "description": "Accepted, and ended within `Prefer: wait`"}
        good = {"200": ended, "202": accepted}
    elif "200" in good and "content" not in good["200"]:
        good["200"]["content"] = _EVENTS
    return {
        **good,
        "400": {"description": "The request can't be read", **_PROBLEM},
        "default": {"description": "A problem; its `code` says which", **_PROBLEM},
    }
