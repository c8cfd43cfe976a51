"""`appstore readmodels digest|rebuild`: what the gateway's read models say, and making them anew (rule 9 of the log).

The commands read and mark in the gateway's database; the gateway builds (`chassis/rebuild.py`).
"""

import time
from typing import Annotated

import typer
from appstore_client.cli.exit_codes import ExitCode
from appstore_client.cli.output import Output, OutputOption, out, print_json, say, styled
from rich.table import Table

from infra.operator.database import database_of
from infra.operator.failing import explained, stop
from infra.operator.read_model_builds import Standing, ask, digests, standings
from infra.operator.words import words

readmodels = typer.Typer(help=words("readmodels.help"), no_args_is_help=True)
# `appstore --help` shows the first line of what an entry point says of itself.
readmodels.__doc__ = words("readmodels.help")

SERVICE = "gateway"
_LOOK_SECONDS = 0.2
_SAY_SECONDS = 2.0
_DIGITS = 16


@readmodels.command("digest", help=words("readmodels.help-digest"))
def digest(output: OutputOption = Output.TABLE) -> None:
    """Show one digest for each read model, and one over all."""
    with explained(), database_of(SERVICE) as database:
        found = digests(database)
    if not found.models:
        raise stop(ExitCode.NOT_FOUND, words("readmodels.none"), "make up")
    if output is Output.JSON:
        print_json(found.as_json())
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("name", "fold", "collection", "documents", "digest"):
        table.add_column(words(f"readmodels.column-{column}"), overflow="fold")
    for model in found.models:
        cells = (model.name, model.fold, model.collection, model.documents, model.digest[:_DIGITS])
        table.add_row(*(styled(cell) for cell in cells))
    out().print(table)
    say(words("readmodels.over-all", digest=found.over_all), "bold")


@readmodels.command("rebuild", help=words("readmodels.help-rebuild"))
def rebuild(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help=words("readmodels.option-name"))] = None,
    everything: Annotated[bool, typer.Option("--all", help=words("readmodels.option-all"))] = False,  # noqa: FBT002
    wait: Annotated[int, typer.Option("--wait", min=0, help=words("readmodels.option-wait"))] = 600,
    output: OutputOption = Output.TABLE,
) -> None:
    """Build read models anew from the log and wait until they serve."""
    if (name is None) != everything:
        raise stop(ExitCode.INVALID, words("readmodels.one-of"), "appstore readmodels rebuild --all")
    began = time.monotonic()
    with explained(), database_of(SERVICE) as database:
        known = [standing.name for standing in standings(database)]
        if not known:
            raise stop(ExitCode.NOT_FOUND, words("readmodels.none"), "make up")
        if name is not None and name not in known:
            why = words("readmodels.unknown", name=name, known=", ".join(known))
            raise stop(ExitCode.NOT_FOUND, why, "appstore readmodels digest")
        asked = ask(database, known if name is None else [name])
        spoken = 0.0
        while waiting := [one for one in standings(database) if one.name in asked and not one.over(asked[one.name])]:
            if time.monotonic() - began > wait:
                names = ", ".join(one.name for one in waiting)
                why = words("readmodels.not-in-time", names=names, seconds=wait)
                raise stop(ExitCode.NOT_IN_TIME, why, "make status")
            if output is Output.TABLE and time.monotonic() - spoken > _SAY_SECONDS:
                spoken = time.monotonic()
                say(words("readmodels.progress", names=_progress(waiting), seconds=f"{spoken - began:.0f}"))
            time.sleep(_LOOK_SECONDS)
        done = [one for one in standings(database) if one.name in asked]
    _report(done, time.monotonic() - began, output)


def _progress(waiting: list[Standing]) -> str:
    return ", ".join(f"{one.name} {_stage(one)}" for one in waiting)


def _stage(one: Standing) -> str:
    if one.settling:
        return words("readmodels.settling")
    return "…" if one.percent is None else f"{one.percent} %"


def _report(done: list[Standing], seconds: float, output: Output) -> None:
    failed = [one for one in done if one.failed]
    if output is Output.JSON:
        print_json({"seconds": round(seconds, 1), "models": [one.as_json() for one in done]})
    for one in done:
        if output is Output.TABLE and not one.failed:
            say(words("readmodels.serves", name=one.name, collection=one.serving))
    if failed:
        why = " ".join(words("readmodels.failed", name=one.name, **(one.failed or {})) for one in failed)
        raise stop(ExitCode.PLATFORM_FAILED, why, "appstore held list gateway")
    if output is Output.TABLE:
        say(words("readmodels.done", count=len(done), seconds=f"{seconds:.1f}"), "bold")
