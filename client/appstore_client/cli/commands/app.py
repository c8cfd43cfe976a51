"""`appstore app show`: one app, with every verdict about it and the command that deploys it."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.language import help_of, text, word
from appstore_client.cli.output import (
    STYLES,
    Output,
    OutputOption,
    print_fields,
    print_json,
    print_next,
    print_table,
    say,
    styled,
)
from appstore_client.cli.session import run
from appstore_client.models.app import App
from appstore_client.models.scorecard import Result, Scorecard

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """Look at one app."""


@app.command("show", help=help_of("app-show"))
def show(
    name: Annotated[str, typer.Argument(help=text("option.app-name"))],
    output: OutputOption = Output.TABLE,
) -> None:
    """Show an app."""

    async def work(store: AppStore) -> None:
        found = await store.apps.get(name)
        if output is Output.JSON:
            print_json(found.raw)
        else:
            _show(found)

    run(output, work)


def _show(found: App) -> None:
    say(f"{found.title} ({found.name})", "bold")
    say(found.summary)
    print_fields(
        [
            ("version", found.version),
            ("licence", found.licence),
            ("maintainer", _name(found.maintainer)),
            ("repository", found.repository),
            ("score", f"{found.score.points:g}" if found.score else None),
            ("coverage", f"{found.score.coverage:.0%}" if found.score else None),
            ("gates", styled(word("verdict", found.gates), STYLES.get(found.gates, ""))),
        ]
    )
    if found.scorecard:
        say("")
        print_table(["criteria", "rule", "verdict", "points", "gate", "message"], _rows(found.scorecard))
    print_next([found.deploy_command or f"appstore deploy {found.name}"])


def _name(maintainer: Any) -> object:
    return maintainer.get("name") if isinstance(maintainer, dict) else maintainer


def _rows(scorecard: Scorecard) -> Iterator[tuple[object, ...]]:
    for criterion, card in scorecard.criteria.items():
        for result in card.results:
            verdict = styled(word("verdict", result.verdict), STYLES.get(result.verdict, ""))
            yield criterion, result.rule, verdict, _points(result), text("yes") if result.gate else "", _why(result)


def _points(result: Result) -> str:
    return "" if result.points is None else f"{result.points:g} / {result.weight:g}"


def _why(result: Result) -> str:
    reference = f" ({result.legal_reference.title})" if result.legal_reference else ""
    raise_it = f" {text('remedy', remedy=result.remedy)}" if result.remedy and result.verdict != "pass" else ""
    return f"{result.message or result.title}{reference}{raise_it}"
