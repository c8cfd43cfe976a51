"""`appstore held`: the messages that a service holds because it could not handle them (rule 8 of the log).

`list` and `show` are here, `redrive` and `skip` in `held_settle`.
"""

from collections.abc import Callable, Iterable
from typing import Annotated

import typer
from appstore_client.cli.exit_codes import ExitCode
from appstore_client.cli.output import Output, OutputOption, clock, out, print_json, say, styled
from rich.table import Table

from contracts.topics import SERVICES
from infra.operator.asked import ServiceArgument, known
from infra.operator.database import database_of
from infra.operator.failing import explained, stop
from infra.operator.held_messages import HeldMessage, held_by, held_message, hexdump, readable
from infra.operator.held_settle import redrive, skip
from infra.operator.words import words

held = typer.Typer(help=words("help"), no_args_is_help=True)
# `appstore --help` shows the first line of what an entry point says of itself.
held.__doc__ = words("help")

COLUMNS = ("id", "service", "topic", "key", "reason", "since", "behind")

held.command("redrive", help=words("help-redrive"))(redrive)
held.command("skip", help=words("help-skip"))(skip)


@held.command("list", help=words("help-list"))
def list_held(
    service: Annotated[str | None, typer.Argument(metavar="[SERVICE]", help=words("option-service"))] = None,
    everywhere: Annotated[bool, typer.Option("--all", help=words("option-all"))] = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the held messages of one service, or of all."""
    if (service is None) != everywhere:
        raise stop(ExitCode.INVALID, words("one-of"), "appstore held list --all")
    asked = [known(service)] if service is not None else list(SERVICES)
    found: list[HeldMessage] = []
    for one in asked:
        with explained(), database_of(one) as database:
            found += held_by(one, database)
    if output is Output.JSON:
        print_json({"items": [message.summary() for message in found]})
    elif found:
        _print_table(found)
    else:
        say(words("none"))


@held.command("show", help=words("help-show"))
def show_held(
    service: ServiceArgument,
    held_id: Annotated[str, typer.Argument(metavar="HELD_ID", help=words("option-id"))],
    output: OutputOption = Output.TABLE,
) -> None:
    """Show one held message."""
    name = known(service)
    with explained(), database_of(name) as database:
        found = held_message(name, held_id, database)
    if found is None:
        raise stop(ExitCode.NOT_FOUND, words("unknown-held", service=name, held=held_id), f"appstore held list {name}")
    if output is Output.JSON:
        print_json(found.whole())
    else:
        _print_whole(found)


def _print_table(messages: Iterable[HeldMessage]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in COLUMNS:
        table.add_column(words(f"column.{column}"), overflow="fold")
    last: HeldMessage | None = None
    for message in messages:
        key = message.key_text if message.key is not None else words("no-key")
        row = (message.id, message.service, message.topic, key, message.reason, clock(message.since), message.behind)
        table.add_row(*(styled(cell) for cell in row))
        last = message
    out().print(table)
    if last is not None:
        say(f"{words('next')} appstore held show {last.service} {last.id}", "bold")


def _print_whole(message: HeldMessage) -> None:
    fields: dict[str, object] = {
        "id": message.id,
        "service": message.service,
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "epoch": message.epoch,
        "key": message.key_text if message.key is not None else words("no-key"),
        "since": clock(message.since),
        "status": words(f"status.{message.status}"),
        "reason": message.reason,
        "detail": message.detail,
        "attempts": message.attempts,
    }
    for name, value in fields.items():
        say(f"{words(f'column.{name}'):<12} {value}")
    _section(words("headers"), (f"{name}: {readable(value) or value.hex()}" for name, value in message.headers))
    if not message.headers:
        say(f"  {words('no-headers')}")
    text = readable(message.value)
    counted = words("bytes", count=len(message.value))
    if text is not None:
        _section(f"{counted}, {words('text')}", text.splitlines())
    _section(f"{counted}, {words('hexdump')}", hexdump(message.value))
    say("")
    say(words("queue", count=message.behind) if message.key is not None else words("blocks-nothing"))
    for line in (words("go-on"), f"  {_command('redrive', message)}", f"  {_command('skip', message)} --reason …"):
        say(line)


def _command(do: str, message: HeldMessage) -> str:
    return f"appstore held {do} {message.service} {message.id}"


def _section(title: str, lines: Iterable[str], write: Callable[[str], None] = say) -> None:
    write("")
    say(title, "bold")
    for line in lines:
        write(f"  {line}")
