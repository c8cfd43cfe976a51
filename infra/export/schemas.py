"""One JSON Schema (2020-12) per message, and one for the envelope: what a reader in another language checks against."""

from typing import Any

from contracts import topics
from contracts.envelope import Context
from contracts.messages import all_messages
from contracts.payload import Payload

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(message: type[Payload]) -> dict[str, Any]:
    """The schema of a message's data; fields beginning with `x-` say where it travels."""
    made = message.model_json_schema(by_alias=True)
    return {
        "$schema": DIALECT,
        "$id": f"urn:appstore:schema:{message.type_name()}",
        "x-topics": topics_of(message),
        "x-version": message.type_version,
        "x-data-class": message.data_class,
        **made,
        "description": " ".join((message.__doc__ or "").split()),
    }


def envelope_schema() -> dict[str, Any]:
    """The schema of the context attributes, by their CloudEvents names."""
    made = Context.model_json_schema()
    return {"$schema": DIALECT, "$id": "urn:appstore:schema:envelope", **made}


def topics_of(message: type[Payload]) -> list[str]:
    """The names of the topics a message travels on: several when each service writes one of the same kind."""
    return [topic.name for topic in topics.ALL if topic.subject == message.topic.subject]


def all_schemas() -> dict[str, dict[str, Any]]:
    """CloudEvents type → schema, in the order of the types."""
    return {name: schema_of(message) for name, message in sorted(all_messages().items())}
