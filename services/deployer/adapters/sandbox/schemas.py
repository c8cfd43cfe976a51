"""Validation of objects as an API server does it: against the OpenAPI schemas of Kubernetes, and the references within.

The schemas are those of the package kubernetes-validate, strict: an unknown field is an error. Only the definitions a
kind needs are kept, without their descriptions, and only once a kind is first seen.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from services.deployer.ports import ObjectRefused

_FOLDER = "kubernetes-json-schema"
_PREFIX = "/api/_definitions.json#/$defs/"
_DNS_LABEL_LIMIT = 63


class Fault(Protocol):
    """One thing that is wrong, as jsonschema tells it."""

    absolute_path: Iterable[str | int]
    message: str


class Validator(Protocol):
    """A schema made ready."""

    def iter_errors(self, instance: object) -> Iterator[Fault]:
        """Everything that is wrong."""
        ...


def validate(manifest: Mapping[str, Any], version: str) -> None:
    """Raises ObjectRefused naming the field, as the API server's 422 does; `version` is Kubernetes', e.g. 1.37."""
    kind, name = str(manifest["kind"]), str(manifest["metadata"]["name"])
    api_version = str(manifest["apiVersion"])
    if not _known(version, kind, api_version):
        raise ObjectRefused(kind, name, "apiVersion", f'no matches for kind "{kind}" in version "{api_version}"')
    validator = _validator(version, kind, api_version)
    error = min(validator.iter_errors(manifest), key=_place, default=None)
    if error is not None:
        raise ObjectRefused(kind, name, _field(error), str(error.message)[:300])
    for field, message in _broken_references(manifest):
        raise ObjectRefused(kind, name, field, message)


def _place(error: Fault) -> tuple[str, ...]:
    return tuple(str(part) for part in error.absolute_path)


def _field(error: Fault) -> str:
    return ".".join(_place(error)) or "."


@cache
def _validator(version: str, kind: str, api_version: str) -> Validator:
    from jsonschema import (  # type: ignore[import-untyped]  # noqa: PLC0415 - 15 MB, only once something is deployed
        Draft202012Validator,
    )

    definitions = _definitions(version)
    schema = _slim(json.loads(_read(version, _file_of(kind, api_version))))
    validator: Validator = Draft202012Validator({**schema, "$defs": _closure(schema, definitions)})
    return validator


def _definitions(version: str) -> dict[str, Any]:
    definitions: dict[str, Any] = json.loads(_read(version, "_definitions.json"))["$defs"]
    return definitions


def _read(version: str, name: str) -> str:
    minor = ".".join(version.split(".")[:2])
    path = files("kubernetes_validate").joinpath(_FOLDER, f"v{minor}.0-local-strict", name)
    return path.read_text(encoding="utf-8")


def _known(version: str, kind: str, api_version: str) -> bool:
    minor = ".".join(version.split(".")[:2])
    folder = files("kubernetes_validate").joinpath(_FOLDER, f"v{minor}.0-local-strict")
    return folder.joinpath(_file_of(kind, api_version)).is_file()


def _file_of(kind: str, api_version: str) -> str:
    group, _, number = api_version.rpartition("/")
    return f"{kind.lower()}-{group.split('.')[0]}-{number}.json" if group else f"{kind.lower()}-{number}.json"


def _closure(schema: object, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The definitions a schema needs, and those they need."""
    needed: dict[str, Any] = {}
    open_ones = list(_references(schema))
    while open_ones:
        name = open_ones.pop()
        if name not in needed:
            needed[name] = _slim(definitions[name])
            open_ones.extend(_references(needed[name]))
    return needed


def _references(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield reference.rpartition("/")[2]
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _slim(schema: Any) -> Any:
    """Without descriptions, and with references to definitions in the schema itself."""
    if isinstance(schema, dict):
        kept = (item for item in schema.items() if item[0] != "description" or isinstance(item[1], dict))
        slim = {name: _slim(value) for name, value in kept}
        if isinstance(slim.get("$ref"), str):
            slim["$ref"] = slim["$ref"].replace(_PREFIX, "#/$defs/")
        return slim
    return [_slim(value) for value in schema] if isinstance(schema, list) else schema


def _broken_references(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the schemas can't say and the API server checks: names that must be there, or be there once."""
    name = manifest["metadata"]["name"]
    if len(name) > _DNS_LABEL_LIMIT:
        yield "metadata.name", f"must be no more than {_DNS_LABEL_LIMIT} characters"
    if manifest["kind"] != "Deployment":
        return
    pod = manifest["spec"]["template"]["spec"]
    volumes = {volume["name"] for volume in pod.get("volumes", ())}
    seen: set[str] = set()
    for index, container in enumerate(pod["containers"]):
        place = f"spec.template.spec.containers[{index}]"
        if container["name"] in seen:
            yield f"{place}.name", f'Duplicate value: "{container["name"]}"'
        seen.add(container["name"])
        for number, mount in enumerate(container.get("volumeMounts", ())):
            if mount["name"] not in volumes:
                yield f"{place}.volumeMounts[{number}].name", f'Not found: "{mount["name"]}"'
        for probe_kind in ("startupProbe", "readinessProbe", "livenessProbe"):
            probe = container.get(probe_kind, {})
            port = probe.get("httpGet", probe.get("tcpSocket", {})).get("port")
            if isinstance(port, str) and port not in {known.get("name") for known in container.get("ports", ())}:
                yield f"{place}.{probe_kind}", f'port "{port}" is not one of the container\'s ports'
