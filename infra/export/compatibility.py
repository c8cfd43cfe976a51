"""Whether today's classes still understand everything that was ever an example: the rule of contracts/README.md.

An old log can't change. So each kept example must be read by today's class without losing a field, be accepted by
today's schema, and belong where it was.
"""

import json
from collections.abc import Iterator, Mapping

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import ValidationError

from contracts.envelope import Context, EnvelopeError
from contracts.payload import Payload
from infra.export.examples import Example
from infra.export.schemas import schema_of, topics_of


def broken_by(messages: Mapping[str, type[Payload]], name: str, example: Example) -> Iterator[str]:
    """Why an example of the type `name` is not understood any more; nothing when it is."""
    message = messages.get(name)
    if message is None:
        yield "no class has this type any more; keep the class for as long as a log may hold it"
        return
    yield from _envelope(example)
    try:
        payload = message.model_validate_json(json.dumps(example["data"]))
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            yield f"{'.'.join(map(str, fault['loc'])) or 'the data'}: {fault['msg']}"
        return
    for place in lost(example["data"], json.loads(payload.model_dump_json(exclude_none=True))):
        yield f"{place}: today's class does not carry this any more"
    for fault in Draft202012Validator(schema_of(message)).iter_errors(example["data"]):
        yield f"{'.'.join(map(str, fault.path)) or 'the data'}: the schema says: {fault.message}"
    if example["topic"] not in topics_of(message):
        yield f"it was on {example['topic']}, and its class is on {message.topic.name}"
    if payload.key != example["key"]:
        yield f"its key was {example['key']} and would be {payload.key}"
    if message.topic.partition_of(example["key"]) != example["partition"]:
        yield "its key is on another partition; a partition count never changes in place"


def _envelope(example: Example) -> Iterator[str]:
    try:
        context = Context.from_headers((name, value.encode()) for name, value in example["headers"].items())
    except EnvelopeError as error:
        yield f"the envelope is frozen: {error}"
        return
    now = {name: value.decode() for name, value in context.to_headers()}
    for place in lost(example["headers"], now):
        yield f"the envelope is frozen: {place} would be written otherwise"


def lost(before: object, after: object, place: str = "") -> Iterator[str]:
    """The places where `after` lacks or changes what `before` has. What was added does not count."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in before.items():
            inner = f"{place}.{name}".lstrip(".")
            if name not in after:
                yield inner
            else:
                yield from lost(value, after[name], inner)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from lost(old, new, f"{place}.{number}")
    elif before != after:
        yield place
