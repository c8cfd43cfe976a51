"""A value for each JSON Schema, always the same one: what golden examples are filled with.

Every field is filled, the optional ones too, so that an example notices when any of them changes. A pattern this
module has no value for stops the export: a person chooses what a good example of it is.
"""

from typing import Any
from zlib import crc32

from contracts.identifiers import UUID_PATTERN

Schema = dict[str, Any]

_APP = "01936c7e-0000-7000-8000-000000000a00"
_MOMENT = "2026-11-24T08:30:00.000Z"
_DAY = "2026-11-24"

# The name a field has on the wire says more about it than its shape.
_BY_NAME: dict[str, Any] = {
    "address": "http://assistant.default.svc.cluster.local:8080",
    "app": _APP,
    "categories": ["text-generation"],
    "cidr": "192.0.2.0/24",
    "coverage": 0.85,
    "cpu": "500m",
    "engine": "cel-expr-python 0.1.3",
    "env": {"LOG_LEVEL": "info"},
    "fact": {
        "value": "Apache-2.0",
        "assurance": "verified",
        "source": {"repository": "https://example.org/assistant", "path": "LICENSE", "seen": _DAY},
    },
    "fromTopic": "gateway.deployment-requests",
    "homepage": "https://example.org/assistant",
    "image": "registry.example.org/assistant:1.2.0",
    "kubernetesVersion": "v1.37.2",
    "memory": "2Gi",
    "namespace": "team-a-test",
    "number": 8080,
    "periodSeconds": 5,
    "points": 74,
    "quote": "Licensed under the Apache License, Version 2.0",
    "rating": 4,
    "replicas": 2,
    "repository": "https://example.org/assistant",
    "service": "compliance",
    "size": "10Gi",
    "subject": f"{_APP}:1.2.0",
    "uri": "https://example.org/assistant/licence",
    "user": 10001,
    "version": "1.2.0",
    "weight": 20.0,
}

_BY_PATTERN = {
    r"^sha256:[0-9a-f]{64}$": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    r"^[0-9a-f]{64}$": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$": "assistant",
    r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$": "assistant",
    r"^[a-z][a-z0-9-]{0,62}$": "an-example",
    r"^[a-z][a-z0-9-]{1,62}$": "licence-is-open",
    r"^[A-Za-z0-9_][A-Za-z0-9._+-]{0,63}$": "1.2.0",
    r"^[A-Za-z_][A-Za-z0-9_]{0,127}$": "LOG_LEVEL",
    r"^[0-9]+(\.[0-9]+){0,2}$": "1.0",
    r"^[A-Za-z0-9+/]+={0,2}$": "bm90IGEgc2VjcmV0",
    r"^[A-Za-z0-9+/]{43}=$": "bm90IGEga2V5LCBidXQgMzIgYnl0ZXMgaW4gYmFzZTY=",
    r"^/[A-Za-z0-9._/-]{1,255}$": "/var/lib/assistant",
    r"^/[\x21-\x7e]{0,255}$": "/healthz",
    r"^[a-z0-9]([a-z0-9._/:-]{0,126}[a-z0-9])?$": "data/deployments",
    r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$": "url",
    r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){1,8}$": "apps.example.org",
    r"^[0-9]{1,6}m$|^[0-9]{1,3}(\.[0-9]{1,3})?$": "500m",
    r"^[1-9][0-9]{0,5}(Ki|Mi|Gi|Ti)$": "10Gi",
}

# Fields of which a value has one, never all: a fact has a value or a reason why it does not apply.
_LEFT_OUT = {
    "Fact[": {"notApplicable"},
    "Destination": {"namespace", "deployment"},
    "Caller": {"namespace"},
    "Need": {"config"},
}


class NoSampleError(ValueError):
    """A schema has a shape for which nobody chose an example."""


def sample(schema: Schema, definitions: Schema, name: str = "") -> Any:
    """The value that stands for `schema` in examples. Raises NoSampleError."""
    while "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[1]]
    if name in _BY_NAME and _fits(_BY_NAME[name], schema):
        return _BY_NAME[name]
    if "anyOf" in schema:
        return sample(next(option for option in schema["anyOf"] if option.get("type") != "null"), definitions, name)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        return _object(schema, definitions)
    if kind == "array":
        return [sample(schema["items"], definitions, name)]
    return _single(schema, name)


def _fits(value: Any, schema: Schema) -> bool:
    """Whether a field of this name is meant: some names stand for a map in one place and for a text in another."""
    if any(value not in option["enum"] for option in schema.get("anyOf", [schema]) if "enum" in option):
        return False
    return not (isinstance(value, dict) and schema.get("type") == "string")


def _single(schema: Schema, name: str) -> Any:
    match schema.get("type"):
        case "string":
            return _text(schema, name)
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return True
        case _:
            raise NoSampleError(f"{name or schema}: no example for this shape; choose one in infra/export/sample.py")


def _object(schema: Schema, definitions: Schema) -> Schema:
    if "properties" not in schema:
        for pattern, values in schema.get("patternProperties", {}).items():
            return {_text({"pattern": pattern}, "key"): sample(values, definitions, "value")}
        keys = schema.get("propertyNames", {"type": "string"})
        return {sample(keys, definitions, "key"): sample(schema["additionalProperties"], definitions, "value")}
    title = schema.get("title", "")
    left_out = {field for start, fields in _LEFT_OUT.items() if title.startswith(start) for field in fields}
    fields = schema["properties"].items()
    return {name: sample(field, definitions, name) for name, field in fields if name not in left_out}


def _text(schema: Schema, name: str) -> str:
    pattern, form = schema.get("pattern"), schema.get("format")
    if form is not None:
        return _DAY if form == "date" else _MOMENT
    if pattern == UUID_PATTERN:
        return f"01936c7e-0000-7000-8000-{crc32(name.encode()):012x}"
    if pattern is None:
        return f"an example of {name}"[: schema.get("maxLength", 400)]
    if pattern not in _BY_PATTERN:
        raise NoSampleError(f"{name}: no example for the pattern {pattern}; choose one in infra/export/sample.py")
    return _BY_PATTERN[pattern]
