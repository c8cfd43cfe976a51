"""`appstore apps`: the apps whose name or description has the words."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.language import text, word
from appstore_client.cli.output import (
    STYLES,
    Output,
    OutputOption,
    print_json,
    print_next,
    print_table,
    styled,
)
from appstore_client.cli.session import run
from appstore_client.models.app import AppCard


def apps(
    query: Annotated[str | None, typer.Argument(help=text("option.query"))] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Find apps."""

    async def work(store: AppStore) -> None:
        found = await store.apps.list_all(query)
        if output is Output.JSON:
            print_json(found.raw)
            return
        print_table(["name", "version", "score", "gates", "licence", "summary"], (_row(app) for app in found))
        print_next([f"appstore app show {found.items[0].name}"] if found.items else ["appstore apps"])

    run(output, work)


def _row(app: AppCard) -> tuple[object, ...]:
    score = f"{app.score.points:g} ({app.score.coverage:.0%})" if app.score else ""
    gates = styled(word("verdict", app.gates), STYLES.get(app.gates, ""))
    return app.name, app.version, score, gates, app.licence, app.summary or app.title
