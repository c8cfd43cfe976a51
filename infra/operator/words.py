"""The texts of the operator's commands, in the language that the rest of `appstore` speaks."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from appstore_client.cli.language import language


def words(key: str, /, **values: object) -> str:
    """The text with this key (`name` or `section.name`). Raises KeyError when there is none."""
    found: Any = _texts(language())
    for part in key.split("."):
        found = found[part]
    return str(found).format(**values)


@cache
def _texts(chosen: str) -> dict[str, Any]:
    return tomllib.loads((files("infra.operator") / "texts" / f"{chosen}.toml").read_text(encoding="utf-8"))
