"""`appstore audit verify|list`: who changed what and why, and whether that log is as it was written."""

from datetime import datetime
from typing import Annotated, Any

import typer
from appstore_client.cli.exit_codes import ExitCode
from appstore_client.cli.output import Output, OutputOption, out, print_json, say, styled
from rich.table import Table

from infra.operator.audit_chain import Verdict, entries, walk
from infra.operator.database import database_of
from infra.operator.failing import explained
from infra.operator.words import words

audit = typer.Typer(help=words("audit.help"), no_args_is_help=True)
# `appstore --help` shows the first line of what an entry point says of itself.
audit.__doc__ = words("audit.help")

SERVICE = "gateway"
_MOST = 500


def _a_hash(given: str | None) -> str | None:
    if given is not None and (len(given) != 64 or set(given) - set("0123456789abcdef")):  # noqa: PLR2004 - SHA-256
        raise typer.BadParameter(words("audit.not-a-hash"))
    return given


def _a_day(given: str | None) -> str | None:
    if given is not None:
        try:
            datetime.fromisoformat(given)
        except ValueError as error:
            raise typer.BadParameter(words("audit.not-a-time")) from error
    return given


@audit.command("verify", help=words("audit.help-verify"))
def verify(
    anchor: Annotated[
        str | None, typer.Option("--anchor", metavar="HASH", callback=_a_hash, help=words("audit.option-anchor"))
    ] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Walk the chain and say whether it holds; exits with 1 when it does not."""
    with explained(), database_of(SERVICE) as database:
        verdict = walk(database, database_of, anchor)
    if output is Output.JSON:
        print_json(verdict.as_json())
    else:
        _tell(verdict)
    if not verdict.holds:
        raise typer.Exit(ExitCode.UNEXPECTED)


def _tell(verdict: Verdict) -> None:
    if verdict.broken is not None:
        why = words(f"audit.broken-{verdict.broken}", at=verdict.at, event=verdict.event or "-")
        say(words("audit.broken", why=why, entries=verdict.entries), "bold red")
    else:
        say(words("audit.holds", entries=verdict.entries), "bold green")
    say(words("audit.head", head=verdict.head))
    say(words("audit.ledgers", compared=verdict.compared, absent=verdict.absent))
    if verdict.anchor is not None:
        there = verdict.anchored_at is not None
        say(words("audit.anchored" if there else "audit.not-anchored", at=verdict.anchored_at), "" if there else "red")


@audit.command("list", help=words("audit.help-list"))
def list_entries(
    team: Annotated[str | None, typer.Option("--team", metavar="ID", help=words("audit.option-team"))] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", callback=_a_day, help=words("audit.option-since"))
    ] = None,
    subject: Annotated[str | None, typer.Option("--subject", metavar="ID", help=words("audit.option-subject"))] = None,
    kind: Annotated[str | None, typer.Option("--type", metavar="TYPE", help=words("audit.option-type"))] = None,
    before: Annotated[int | None, typer.Option("--before", min=1, help=words("audit.option-before"))] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=_MOST, help=words("audit.option-limit"))] = 50,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show entries, newest first."""
    query: dict[str, Any] = {}
    query |= {"team": team} if team else {}
    query |= {"key": subject} if subject else {}
    query |= {"type": kind} if kind else {}
    query |= {"time": {"$gte": since}} if since else {}
    with explained(), database_of(SERVICE) as database:
        found = entries(database, query, before, limit)
    older = found[-1]["_id"] if len(found) == limit else None
    if output is Output.JSON:
        print_json({"items": [{"number": one.pop("_id"), **one} for one in found], "before": older})
    elif not found:
        say(words("audit.none"))
    else:
        _print(found)
        if older is not None:
            say(f"{words('next')} appstore audit list --before {older} …", "bold")


def _print(found: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("number", "time", "type", "subject", "actor", "team", "why"):
        table.add_column(words(f"audit.column-{column}"), overflow="fold")
    for one in found:
        cells = (
            one["_id"],
            one["time"],
            one["type"],
            one["key"],
            one["actor"] or "-",
            one["team"] or "-",
            _why(one["why"]),
        )
        table.add_row(*(styled(cell) for cell in cells))
    out().print(table)


def _why(codes: dict[str, str | list[str]]) -> str:
    said = (f"{name} {code if isinstance(code, str) else ' '.join(code)}" for name, code in codes.items())
    return ", ".join(said)
