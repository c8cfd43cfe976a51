"""Runs the work of one command: the client at the right address, signed in, and its problems shown as exit codes."""

import asyncio
import os
from collections.abc import Awaitable, Callable

import httpx
import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.exit_codes import ExitCode, InvalidInputError
from appstore_client.cli.language import language, text
from appstore_client.cli.output import Output, complain
from appstore_client.cli.show_problem import show_problem
from appstore_client.cli.show_request import show_outgoing
from appstore_client.outgoing import NotSent
from appstore_client.problem import Problem
from appstore_client.sign_in.signed_in import SignedIn
from appstore_client.sign_in.token_file import TokenFile
from appstore_client.transport import TIMEOUT, checked_address

DEFAULT_ADDRESS = "http://127.0.0.1:8400"
INTERRUPTED = 130

Work = Callable[[AppStore], Awaitable[ExitCode | None]]


def chosen_address() -> str:
    """Return the address of the App Store; raises `InvalidInputError`."""
    try:
        return checked_address(os.environ.get("APPSTORE_ADDRESS") or DEFAULT_ADDRESS)
    except ValueError as error:
        message = f"APPSTORE_ADDRESS: {error}"
        raise InvalidInputError(message) from error


def run(output: Output, work: Work, *, show_request: bool = False) -> None:
    """Do the work and end the program with its exit code; with `show_request` what would change is only shown."""
    try:
        code = asyncio.run(_with_store(output, work, show_request=show_request))
    except KeyboardInterrupt:
        complain(text("interrupted"))
        raise typer.Exit(INTERRUPTED) from None
    raise typer.Exit(code)


async def _with_store(output: Output, work: Work, *, show_request: bool) -> int:
    address = chosen_address()
    async with httpx.AsyncClient(timeout=TIMEOUT) as http:
        tokens = SignedIn(address, TokenFile(), http)
        async with AppStore(address, tokens, language=language(), http=http, changes_nothing=show_request) as store:
            try:
                return await work(store) or ExitCode.DONE
            except NotSent as not_sent:
                return show_outgoing(not_sent.request, output)
            except Problem as problem:
                return show_problem(problem, output, address)
