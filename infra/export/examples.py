"""One golden example per message and version of its shape: the bytes that old logs hold, so that they stay readable.

A new example is added when a message's shape changed; those before it are never rewritten (`compatibility` reads them).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.envelope import Context, padded
from contracts.payload import Payload
from contracts.topics import DEPLOYMENT_REQUESTS
from infra.export.sample import sample
from infra.export.schemas import schema_of

Example = dict[str, Any]

_ORIGIN = "01936c7e-0000-7000-8000-00000000000f"
_OPERATION = "01936c7e-0000-7000-8000-000000000001"
_BEFORE = "01936c7e-0000-7000-8000-000000000002"
_EVENT = "01936c7e-0000-7000-8000-000000000003"
_TEAM = "01936c7e-0000-7000-8000-000000000004"
_ACTOR = "01936c7e-0000-7000-8000-000000000005"
_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def example_of(message: type[Payload]) -> Example:
    """Topic, partition, key, headers and data of one message, as they would be on the wire."""
    schema = schema_of(message)
    payload = message.model_validate(sample(schema, schema.get("$defs", {})))
    context = _context(message, payload)
    return {
        "topic": message.topic.name,
        "partition": message.topic.partition_of(payload.key),
        "key": payload.key,
        "headers": {name: value.decode() for name, value in context.to_headers()},
        "data": json.loads(payload.model_dump_json(exclude_none=True)),
    }


def _context(message: type[Payload], payload: Payload) -> Context:
    asked = message.topic is DEPLOYMENT_REQUESTS
    about_a_deployment = "deployment" in message.model_fields and not asked
    attributes = {
        "id": _EVENT,
        "source": f"urn:nld:oin:00000000000000000000:systeem:appstore-{message.topic.writer}",
        "type": message.type_name(),
        "subject": payload.key,
        "time": "2026-11-24T08:30:00.123Z",
        "origin": _ORIGIN,
        "team": _TEAM,
        "actor": _ACTOR,
        "actorroles": "developer,devops",
        "correlationid": _OPERATION,
        "causationid": _BEFORE,
        "cause": None if asked else f"{DEPLOYMENT_REQUESTS.name}/{_OPERATION}/{padded(1)}",
        "sequence": padded(1),
        "hlc": "1795509000123.00000",
        "generation": padded(1) if about_a_deployment else None,
        "dataclass": message.data_class,
        "traceparent": _TRACE,
    }
    return Context.model_validate(attributes)


def kept_examples(folder: Path) -> dict[str, list[tuple[Path, Example]]]:
    """CloudEvents type → its examples, the oldest first."""
    found: dict[str, list[tuple[Path, Example]]] = {}
    for path in sorted(folder.glob("*/*.json"), key=lambda path: (path.parent.name, int(path.stem))):
        found.setdefault(path.parent.name, []).append((path, json.loads(path.read_text())))
    return found


def new_examples(folder: Path, messages: Mapping[str, type[Payload]]) -> dict[Path, Example]:
    """The examples that must be added: of messages that have none, or whose newest one shows another shape."""
    kept = kept_examples(folder)
    added = {}
    for name, message in sorted(messages.items()):
        example, before = example_of(message), kept.get(name, [])
        if not before or before[-1][1] != example:
            number = int(before[-1][0].stem) + 1 if before else 1
            added[folder / name / f"{number}.json"] = example
    return added
