"""The command line's texts in both languages."""

import string
import tomllib
from importlib.resources import files

import pytest
from appstore_client.cli.language import language, text
from appstore_client.cli.output import plain


def _texts(name: str) -> dict[str, str]:
    found = tomllib.loads((files("appstore_client") / "texts" / f"{name}.toml").read_text(encoding="utf-8"))
    sections = {key: value if isinstance(value, dict) else {"": value} for key, value in found.items()}
    return {f"{key}.{inner}": words for key, section in sections.items() for inner, words in section.items()}


def _fields(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


def test_both_languages_say_the_same_things() -> None:
    """Each text exists in Dutch and English, with the same values in it and no exclamation mark."""
    dutch, english = _texts("nl"), _texts("en")
    assert dutch.keys() == english.keys()
    assert {key for key in dutch if _fields(dutch[key]) != _fields(english[key])} == set()
    assert not any("!" in words for words in (*dutch.values(), *english.values()))


@pytest.mark.parametrize(
    ("variables", "chosen"),
    [
        ({"APPSTORE_LANG": "nl"}, "nl"),
        ({"LANG": "nl_NL.UTF-8"}, "nl"),
        ({"LC_ALL": "C", "LANG": "nl_NL"}, "en"),
        ({"APPSTORE_LANG": "en", "LANG": "nl_NL"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_follows_the_setting_then_the_locale(
    variables: dict[str, str],
    chosen: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """APPSTORE_LANG decides, else the locale, else English."""
    for name in ("APPSTORE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language() == chosen
    assert text("next") in ("Nu:", "Next:")


def test_what_people_wrote_cannot_steer_the_terminal() -> None:
    """Control codes in a text are not printed."""
    assert plain("a\x1b[2Jb\u202ec") == "a[2Jbc"
