"""The values of declared secrets, read only when they have to be given: from the environment or a file.

After it: `asking`, which sends them. A value is in no mistake and in no table.
"""

import os
from pathlib import Path

from appstore_client.declared.declaration import Mistake, SecretSource
from appstore_client.declared.difference import valid_state
from appstore_client.declared.plan import Action, Choices, Step

LARGEST = 32_768
"""Bytes, as the API takes them."""


def values_for(step: Step, choices: Choices) -> tuple[dict[str, str | None], list[Mistake]]:
    """Return what is sent for each declared secret, None where what was given stays, and what can not be read."""
    if step.declared is None or not step.asks:
        return {}, []
    state = valid_state(step.found) if step.found is not None and step.action is Action.CHANGE else None
    kept = frozenset() if state is None or choices.renew_secrets else state.secrets
    values: dict[str, str | None] = {}
    mistakes: list[Mistake] = []
    for name, source in step.declared.secrets.items():
        found = None if name in kept else _read(name, source)
        if isinstance(found, Mistake):
            mistakes.append(found)
        else:
            values[name] = found
    return values, mistakes


def _read(name: str, source: SecretSource) -> str | Mistake:
    field = f"spec.secrets.{name}"
    if source.variable is not None:
        value = os.environ.get(source.variable)
        if value is None:
            return Mistake(source.place, field, "no-variable", {"variable": source.variable})
    else:
        try:
            with (Path(source.place.file).parent / (source.file or "")).open("rb") as file:
                # As with `--secret-from-file`, one line end at the end is not part of the value.
                value = file.read(LARGEST + 2).decode().removesuffix("\n").removesuffix("\r")
        except (OSError, UnicodeDecodeError):
            return Mistake(source.place, field, "no-secret-file", {"file": source.file or ""})
    if not value:
        return Mistake(source.place, field, "empty-secret")
    if len(value.encode("utf-8", "surrogateescape")) > LARGEST:
        return Mistake(source.place, field, "too-long", {"count": LARGEST})
    return value
