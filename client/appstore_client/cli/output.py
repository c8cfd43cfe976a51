"""What reaches the terminal: tables for people, JSON for programs, and never a control code from somebody's text."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from appstore_client.cli.language import text

WIDE = 240
"""Columns of a table that goes to a file or another program, where nothing may be cut off."""


class Output(StrEnum):
    """How the answer is shown."""

    TABLE = "table"
    JSON = "json"


OutputOption = Annotated[Output, typer.Option("-o", "--output", help=text("option.output"))]

STYLES = {
    "pass": "green",
    "succeeded": "green",
    "runs": "green",
    "paused": "yellow",
    "rolled-back": "yellow",
    "warn": "yellow",
    "waiting": "yellow",
    "fail": "red",
    "failed": "red",
    "rejected": "red",
    "held": "red",
    "degraded": "red",
    "unknown": "magenta",
    "running": "cyan",
}


@cache
def out() -> Console:
    """Return standard output."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


@cache
def err() -> Console:
    """Return standard error."""
    return Console(highlight=False, stderr=True, width=None if sys.stderr.isatty() else WIDE)


def plain(words: object) -> str:
    """Return the text without control codes: what other people wrote must not steer this terminal."""
    return "".join(sign for sign in str(words) if sign.isprintable() or sign == "\n")


def styled(words: object, style: str = "") -> Text:
    """Return text for rich, taken literally."""
    return Text(plain(words), style=style)


def say(words: object, style: str = "") -> None:
    """Write one line to standard output."""
    out().print(styled(words, style), soft_wrap=True)


def complain(words: object, style: str = "") -> None:
    """Write one line to standard error."""
    err().print(styled(words, style), soft_wrap=True)


def print_json(value: Any) -> None:
    """Write the API's own JSON to standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


def print_json_line(value: Mapping[str, Any]) -> None:
    """Write one JSON object on one line, for a list without an end."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table; a column is a key in the texts, a cell is text or rich's Text."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(text(f"column.{column}"), overflow="fold")
    empty = True
    for row in rows:
        empty = False
        table.add_row(*(cell if isinstance(cell, Text) else styled("" if cell is None else cell) for cell in row))
    if empty:
        say(text("none"))
    else:
        out().print(table)


def print_fields(fields: Iterable[tuple[str, object]]) -> None:
    """Write one thing as lines of name and value, without those that have none."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in fields:
        if value is not None and value != "":
            table.add_row(text(f"column.{name}"), value if isinstance(value, Text) else styled(value))
    out().print(table)


def print_next(commands: Iterable[str], *, to_error: bool = False) -> None:
    """Write what somebody can type now."""
    write = complain if to_error else say
    for command in commands:
        write(f"{text('next')} {command}", "bold")


def clock(moment: datetime | None) -> str:
    """Return a moment in this machine's time zone."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else ""
