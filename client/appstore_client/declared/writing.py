"""Writes a deployment as a file would declare it: reading that again gives what is asked now.

A secret's value is nowhere to be read, so each gets the name of an environment variable that will hold it when needed.
"""

import re
from collections.abc import Iterable
from typing import Any

import yaml

from appstore_client.declared.declaration import API_VERSION, KIND
from appstore_client.declared.difference import valid_state
from appstore_client.models.deployment import Deployment


class _Dumper(yaml.SafeDumper):
    """Escapes the line ends that YAML would read as others."""


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = '"' if _LINE_ENDS.search(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_LINE_ENDS = re.compile("[\r\x85\u2028\u2029]")
_Dumper.add_representer(str, _text)


def as_files_declare(deployments: Iterable[Deployment]) -> str:
    """Return the documents, one after another."""
    found = [document for one in deployments if (document := as_document(one)) is not None]
    written: str = yaml.dump_all(
        found, Dumper=_Dumper, explicit_start=True, sort_keys=False, allow_unicode=True, width=100
    )
    return written


def as_document(found: Deployment) -> dict[str, Any] | None:
    """Return what is asked of it now as a document; None when nothing is."""
    state = valid_state(found)
    if state is None:
        return None
    spec: dict[str, Any] = {
        "app": found.app.name,
        "version": state.version,
        "environment": found.environment.name,
        "team": found.team.slug,
    }
    if state.parameters:
        spec["parameters"] = dict(sorted(state.parameters.items()))
    if state.secrets:
        spec["secrets"] = {name: {"fromEnv": variable_of(found.name, name)} for name in sorted(state.secrets)}
    if state.replicas is not None:
        spec["replicas"] = state.replicas
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": found.name}, "spec": spec}


def variable_of(deployment: str, secret: str) -> str:
    """Return the environment variable for a secret: `papers` and `api-key` is `PAPERS_API_KEY`."""
    return re.sub("[^A-Z0-9]", "_", f"{deployment}_{secret}".upper())
