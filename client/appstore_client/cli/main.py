"""Starts `appstore`: finds the sub-command among the installed ones and loads only that one.

Sub-commands come from the entry points of the group `appstore.commands`: this distribution brings those of the API, a
checkout of the platform adds those of its operators. Help and a mistyped name are answered without loading any.
"""

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points

import typer

from appstore_client.cli.language import help_of, text

GROUP = "appstore.commands"
OPERATOR_COMMANDS = ("audit", "held", "ledger", "policy", "readmodels")
"""Commands that the platform's checkout brings (DESIGN, layout), named here to say where they are."""
UNEXPECTED, INVALID = 1, 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; without `arguments`, with those of this process."""
    # A person's text may hold any sign; a terminal that cannot show one gets a question mark, not a failure.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr] # both are TextIOWrapper here
    try:
        _dispatch(list(sys.argv[1:] if arguments is None else arguments))
    except Exception as error:  # noqa: BLE001 - whatever it is, the user gets a sentence and an exit code
        _unexpected(error)


def _dispatch(arguments: list[str]) -> None:
    commands = {point.name: point for point in entry_points(group=GROUP)}
    asked = next((one for one in arguments if not one.startswith("-")), None)
    if asked is None:
        _help(commands)(arguments or ["--help"])
    elif asked in commands:
        _only(commands[asked])(arguments)
    else:
        sys.stderr.write(_unknown(asked, list(commands)) + "\n")
        sys.exit(INVALID)


def _app() -> typer.Typer:
    # Typer's own report of an error would print the values of variables, tokens among them.
    # Plain help: rich's would take longer to load than everything else together.
    app = typer.Typer(
        name="appstore",
        help=text("help"),
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_root)
    return app


def _root() -> None:
    """Hold the sub-commands."""


def _only(point: EntryPoint) -> typer.Typer:
    app = _app()
    command = point.load()
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=point.name, help=help_of(point.name))
    else:
        app.command(point.name, help=help_of(point.name))(command)
    return app


def _help(commands: dict[str, EntryPoint]) -> typer.Typer:
    app = _app()
    for name, point in commands.items():
        words = help_of(name)
        if words is None:
            words = (point.load().__doc__ or "").split("\n")[0]
        app.command(name, help=words)(_root)
    return app


def _unknown(name: str, known: list[str]) -> str:
    if name in OPERATOR_COMMANDS:
        return text("operator-command", name=name)
    close = get_close_matches(name, known)
    lines = [text("unknown-command", name=name)]
    if close:
        lines.append(text("did-you-mean", names=", ".join(close)))
    return "\n".join([*lines, f"{text('next')} appstore --help"])


def _unexpected(error: Exception) -> None:
    if os.environ.get("APPSTORE_DEBUG") == "1":
        raise error
    # Imported here: help must not wait for it.
    from appstore_client.cli.exit_codes import InvalidInputError  # noqa: PLC0415

    if isinstance(error, InvalidInputError):
        sys.stderr.write(f"{text('usage', reason=error)}\n{text('next')} appstore --help\n")
        sys.exit(INVALID)
    sys.stderr.write(f"{text('unexpected', kind=type(error).__name__)}\n{text('next')} appstore operations\n")
    sys.exit(UNEXPECTED)


if __name__ == "__main__":
    main()
