"""`appstore person erase`: forgets a person, after saying what that does and asking."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.exit_codes import ExitCode
from appstore_client.cli.language import help_of, text
from appstore_client.cli.output import Output, OutputOption, complain, print_json, say
from appstore_client.cli.session import run
from appstore_client.cli.show_request import ShowRequestOption

person = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@person.callback()
def group() -> None:
    """People and what is kept about them."""


@person.command("erase", help=help_of("person-erase"))
def erase(
    number: Annotated[str, typer.Argument(metavar="ID", help=text("option.person"))],
    yes: Annotated[bool, typer.Option("--yes", help=text("option.yes"))] = False,  # noqa: FBT002 - a flag
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Erase a person, by id."""
    if not yes and not show_request:
        complain(text("person.warning", person=number))
        if not typer.confirm(text("person.sure", person=number), err=True):
            complain(text("person.stopped"))
            raise typer.Exit(ExitCode.INVALID)

    async def work(store: AppStore) -> None:
        await store.people.erase(number)
        if output is Output.JSON:
            print_json({"person": number, "erased": True})
        else:
            say(text("person.done", person=number), "bold green")

    run(output, work, show_request=show_request)
