"""Where the command line gets the values of secrets: a hidden prompt, a file or standard input. Never an argument.

Arguments stand in the shell's history and in the list of processes, where others read them.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from appstore_client.cli.exit_codes import InvalidInputError
from appstore_client.cli.language import text

STDIN = "-"
LARGEST = 32_768
"""Bytes, as the API takes them."""
SecretOption = Annotated[list[str], typer.Option("--secret", metavar="NAME", help=text("option.secret"))]
SecretFileOption = Annotated[
    list[str], typer.Option("--secret-from-file", metavar="NAME=FILE", help=text("option.secret-from-file"))
]


def read_secrets(asked: Sequence[str], files: Sequence[str]) -> dict[str, str]:
    """Return each secret's value by name; asks at the terminal for those without a file.

    One line end at the end of a file is not part of the value. Raises `InvalidInputError`, without the value.
    """
    values: dict[str, str] = {}
    for one in files:
        name, equals, place = one.partition("=")
        if not equals or not name or not place:
            raise InvalidInputError(text("secret-file-form", name=name))
        values[name] = _read(name, place)
    for name in asked:
        if "=" in name:
            # What follows may be the secret itself: it is not repeated.
            raise InvalidInputError(text("secret-is-no-argument", name=name.partition("=")[0]))
        values[name] = typer.prompt(text("secret-prompt", name=name), hide_input=True, err=True)
    return values


def _read(name: str, place: str) -> str:
    try:
        found = sys.stdin.buffer.read(LARGEST + 2) if place == STDIN else _file(place)
        value = found.decode().removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError):
        # Without the cause: a decoding error holds the bytes.
        raise InvalidInputError(text("secret-unreadable", name=name, file=place)) from None
    if len(value.encode()) > LARGEST:
        raise InvalidInputError(text("secret-too-large", name=name, count=LARGEST))
    return value


def _file(place: str) -> bytes:
    with Path(place).open("rb") as file:
        return file.read(LARGEST + 2)
