"""`appstore login`: in a browser by code, or for scripts with a name and the password on standard input."""

import asyncio
import sys
from typing import Annotated

import httpx
import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.exit_codes import ExitCode, InvalidInputError
from appstore_client.cli.language import language, text
from appstore_client.cli.output import (
    Output,
    OutputOption,
    complain,
    print_json,
    print_next,
    say,
)
from appstore_client.cli.session import chosen_address
from appstore_client.cli.show_problem import show_problem
from appstore_client.problem import Problem
from appstore_client.sign_in.code_flow import sign_in_by_form
from appstore_client.sign_in.device_flow import Invitation, sign_in_by_device
from appstore_client.sign_in.discovery import find_issuer
from appstore_client.sign_in.token_file import TokenFile
from appstore_client.tokens import FixedToken
from appstore_client.transport import TIMEOUT

LONGEST_PASSWORD = 1024


def login(
    username: Annotated[str | None, typer.Option(help=text("option.username"))] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help=text("option.password-stdin"))] = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Sign in."""
    if (username is not None) != password_stdin:
        raise InvalidInputError(text("password-needs-username"))
    password = _read_password() if password_stdin else None
    raise typer.Exit(asyncio.run(_login(chosen_address(), username, password, output)))


def _read_password() -> str:
    password = sys.stdin.readline(LONGEST_PASSWORD).rstrip("\r\n")
    if not password:
        raise InvalidInputError(text("password-missing"))
    return password


async def _login(address: str, username: str | None, password: str | None, output: Output) -> ExitCode:
    async with httpx.AsyncClient(timeout=TIMEOUT, headers={"Accept-Language": language()}) as http:
        try:
            issuer = await find_issuer(http, address)
            if username is None or password is None:
                tokens = await sign_in_by_device(http, issuer, _invite)
            else:
                tokens = await sign_in_by_form(http, issuer, username, password)
            async with AppStore(address, FixedToken(tokens.access), language=language()) as store:
                me = await store.people.me()
        except Problem as problem:
            return show_problem(problem, output, address)
    TokenFile().write(address, issuer, tokens)
    if output is Output.JSON:
        print_json(me.raw)
    else:
        say(text("login.done", address=address, name=me.name or me.person))
        print_next(["appstore apps"])
    return ExitCode.DONE


def _invite(invitation: Invitation) -> None:
    # On standard error, so that the JSON on standard output stays whole.
    complain(text("login.open", address=invitation.address, code=invitation.code), "bold")
    if invitation.complete_address:
        complain(text("login.open-complete", address=invitation.complete_address))
    complain(text("login.waiting", minutes=round(invitation.seconds / 60)))
