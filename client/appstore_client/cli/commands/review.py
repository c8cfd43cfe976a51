"""`appstore review`: what you found of an app; the platform adds what the events prove."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.exit_codes import ExitCode
from appstore_client.cli.language import text
from appstore_client.cli.outcome import show_outcome
from appstore_client.cli.output import Output, OutputOption, print_next, say
from appstore_client.cli.progress import watch
from appstore_client.cli.session import run
from appstore_client.cli.show_request import ShowRequestOption


def review(
    name: Annotated[str, typer.Argument(help=text("option.app-name"))],
    rating: Annotated[int, typer.Option(min=1, max=5, help=text("option.rating"))],
    words: Annotated[str, typer.Option("--text", help=text("option.text"))],
    timeout: Annotated[float, typer.Option(min=1, max=3600, help=text("option.timeout"))] = 60,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Review an app."""

    async def work(store: AppStore) -> ExitCode:
        operation = await store.apps.review(name, rating=rating, text=words)
        operation = await watch(store, operation, output, timeout)
        code = show_outcome(operation, output, timeout)
        if code is ExitCode.DONE and output is Output.TABLE:
            say(text("outcome.review", app=name), "bold green")
            print_next([f"appstore app show {name}"])
        return code

    run(output, work, show_request=show_request)
