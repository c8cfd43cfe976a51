"""`appstore export`: writes deployments as files would declare them; applying what it writes changes nothing."""

import sys
from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.exit_codes import ExitCode
from appstore_client.cli.find_deployment import find_deployment
from appstore_client.cli.language import text
from appstore_client.cli.output import Output, complain
from appstore_client.cli.session import run
from appstore_client.declared.writing import as_files_declare
from appstore_client.models.deployment import Deployment

ALL: list[str] = []


def export(
    deployments: Annotated[list[str], typer.Argument(metavar="[DEPLOYMENT]…", help=text("option.exported"))] = ALL,
    team: Annotated[str | None, typer.Option(help=text("option.exported-team"))] = None,
) -> None:
    """Write deployments as files."""

    async def work(store: AppStore) -> ExitCode:
        if deployments:
            found = [await store.deployments.get(await find_deployment(store, one)) for one in deployments]
        else:
            found = sorted(await store.deployments.list(team=team), key=_order)
        standing = [one for one in found if one.stands and not one.being_removed]
        if not standing:
            complain(text("none"))
        sys.stdout.write(as_files_declare(standing))
        return ExitCode.DONE

    run(Output.TABLE, work)


def _order(one: Deployment) -> tuple[str, str, str]:
    return (one.team.slug, one.environment.name, one.name)
