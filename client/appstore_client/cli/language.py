"""The texts of the command line, Dutch or English: `APPSTORE_LANG`, else the locale, else English."""

import os
import tomllib
from functools import cache
from importlib.resources import files

LANGUAGES = ("nl", "en")


def language() -> str:
    """Return `nl` or `en`."""
    for variable in ("APPSTORE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        asked = os.environ.get(variable, "")[:2].lower()
        if asked in LANGUAGES:
            return asked
        if asked:
            break
    return "en"


def text(key: str, **values: object) -> str:
    """Return the text with this key (`section.name`); raises KeyError when there is none."""
    return _texts(language())[key].format(**values)


def word(section: str, name: str) -> str:
    """Return what people call a word of the API; a word this client does not know stays as it is."""
    return _texts(language()).get(f"{section}.{name}", name)


def help_of(command: str) -> str | None:
    """Return the help of a command, or None when it brings its own."""
    return _texts(language()).get(f"help-of.{command}")


@cache
def _texts(chosen: str) -> dict[str, str]:
    found = tomllib.loads((files("appstore_client") / "texts" / f"{chosen}.toml").read_text(encoding="utf-8"))
    flat: dict[str, str] = {}
    for name, value in found.items():
        inside = value if isinstance(value, dict) else {}
        flat |= {f"{name}.{inner}": words for inner, words in inside.items()} or {name: value}
    return flat
