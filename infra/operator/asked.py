"""Which service an operator's command is about."""

from typing import Annotated

import typer
from appstore_client.cli.exit_codes import ExitCode

from contracts.topics import SERVICES
from infra.operator.failing import stop
from infra.operator.words import words

ServiceArgument = Annotated[str, typer.Argument(metavar="SERVICE", help=words("option-service"))]


def known(service: str) -> str:
    """The service, when there is one of that name. Raises typer.Exit when there is none."""
    if service not in SERVICES:
        there_are = ", ".join(SERVICES)
        why = words("unknown-service", service=service, known=there_are)
        raise stop(ExitCode.INVALID, why, "appstore held list --all")
    return service
