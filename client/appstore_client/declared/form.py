"""The form of a declared deployment: which fields there are, and what each may hold.

The bounds are the API's, and a test holds them against its description; what only the platform knows (which versions
and parameters there are) it says itself when it is asked.
"""

import re

from yaml.nodes import MappingNode, Node, ScalarNode

from appstore_client.declared.declaration import API_VERSION, KIND, Declared, Place, SecretSource
from appstore_client.declared.fields import Fields

LABEL = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
APP = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,63}", re.ASCII)
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII)
MOST_PARAMETERS, LONGEST_VALUE, MOST_REPLICAS, LONGEST_PATH = 32, 4096, 20, 1024
_TOP = ("apiVersion", "kind", "metadata", "spec")
_NEEDED = ("app", "version", "environment")
_SPEC = (*_NEEDED, "team", "parameters", "secrets", "replicas")
_FROM = ("fromEnv", "fromFile")


def read_document(node: Node, fields: Fields) -> Declared | None:
    """Return what one document declares; None when something of it is wrong, which `fields` then has."""
    before = len(fields.mistakes)
    top = fields.children(node, "", _TOP)
    for name, wanted in (("apiVersion", API_VERSION), ("kind", KIND)):
        if _there(top, name, node, fields) and fields.scalar(top[name], name) not in (wanted, None):
            fields.wrong(top[name], name, "must-be", wanted=wanted)
    name = _name(top, node, fields)
    spec = fields.children(top["spec"], "spec", _SPEC) if _there(top, "spec", node, fields) else {}
    texts = _texts(spec, top["spec"], fields) if isinstance(top.get("spec"), MappingNode) else {}
    parameters = _parameters(spec["parameters"], fields) if "parameters" in spec else {}
    secrets = _secrets(spec["secrets"], fields) if "secrets" in spec else {}
    for both in parameters.keys() & secrets.keys():
        fields.wrong(spec["secrets"], f"spec.secrets.{both}", "twice")
    replicas = fields.number(spec["replicas"], "spec.replicas", MOST_REPLICAS) if "replicas" in spec else None
    if len(fields.mistakes) > before:
        return None
    return Declared(
        place=fields.place(node),
        name=name,
        parameters=parameters,
        secrets=secrets,
        replicas=replicas,
        places=_places(top, spec, fields),
        **texts,
    )


def _there(found: dict[str, Node], name: str, around: Node, fields: Fields, within: str = "") -> bool:
    if name not in found:
        fields.wrong(around, f"{within}.{name}" if within else name, "missing")
    return name in found


def _name(top: dict[str, Node], node: Node, fields: Fields) -> str:
    if not _there(top, "metadata", node, fields):
        return ""
    metadata = fields.children(top["metadata"], "metadata", ("name",))
    if not _there(metadata, "name", top["metadata"], fields, "metadata"):
        return ""
    return fields.text(metadata["name"], "metadata.name", APP, "not-an-app-name") or ""


def _texts(spec: dict[str, Node], around: Node, fields: Fields) -> dict[str, str]:
    forms = {
        "app": (APP, "not-an-app-name"),
        "version": (VERSION, "not-a-version"),
        "environment": (LABEL, "not-a-label"),
        "team": (LABEL, "not-a-label"),
    }
    for name in _NEEDED:
        _there(spec, name, around, fields, "spec")
    return {name: fields.text(spec[name], f"spec.{name}", *form) or "" for name, form in forms.items() if name in spec}


def _parameters(node: Node, fields: Fields) -> dict[str, str]:
    found = _named(node, "spec.parameters", fields)
    values = {name: fields.scalar(one, f"spec.parameters.{name}") for name, one in found.items()}
    for name, value in values.items():
        if value is not None and len(value) > LONGEST_VALUE:
            fields.wrong(found[name], f"spec.parameters.{name}", "too-long", count=LONGEST_VALUE)
    return {name: value for name, value in values.items() if value is not None}


def _secrets(node: Node, fields: Fields) -> dict[str, SecretSource]:
    found = _named(node, "spec.secrets", fields)
    return {name: source for name, one in found.items() if (source := _source(one, f"spec.secrets.{name}", fields))}


def _source(node: Node, field: str, fields: Fields) -> SecretSource | None:
    if isinstance(node, ScalarNode):
        # It may be the secret itself: it is not repeated.
        fields.wrong(node, field, "secret-value")
        return None
    found = fields.children(node, field, _FROM)
    if len(found) != 1:
        fields.wrong(node, field, "secret-source")
        return None
    ((kind, value),) = found.items()
    if kind == "fromEnv":
        variable = fields.text(value, f"{field}.{kind}", VARIABLE, "not-a-variable")
        return SecretSource(fields.place(value), variable=variable)
    path = fields.scalar(value, f"{field}.{kind}")
    if path is not None and not 0 < len(path) <= LONGEST_PATH:
        fields.wrong(value, f"{field}.{kind}", "too-long", count=LONGEST_PATH)
    return SecretSource(fields.place(value), file=path)


def _named(node: Node, field: str, fields: Fields) -> dict[str, Node]:
    found = fields.children(node, field)
    if len(found) > MOST_PARAMETERS:
        fields.wrong(node, field, "too-many", count=MOST_PARAMETERS)
        return {}
    for name, one in found.items():
        if LABEL.fullmatch(name) is None:
            fields.wrong(one, f"{field}.{name}", "not-a-label")
    return found


def _places(top: dict[str, Node], spec: dict[str, Node], fields: Fields) -> dict[str, Place]:
    places = {name: fields.place(node) for name, node in spec.items()}
    for group in ("parameters", "secrets"):
        if group in spec:
            places |= {f"{group}.{name}": fields.place(one) for name, one in fields.children(spec[group], "").items()}
    return places | {"name": fields.place(top["metadata"])}
