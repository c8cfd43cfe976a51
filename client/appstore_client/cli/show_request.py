"""`--show-request`: the API request behind a command, as a line for curl, instead of sending it.

The token is not in it: the line reads it from the variable `APPSTORE_TOKEN`.
"""

import json
import shlex
from typing import Annotated

import typer

from appstore_client.cli.exit_codes import ExitCode
from appstore_client.cli.language import text
from appstore_client.cli.output import Output, complain, print_json, say
from appstore_client.outgoing import SECRETS, Outgoing

ShowRequestOption = Annotated[bool, typer.Option("--show-request", help=text("option.show-request"))]
TOKEN = "APPSTORE_TOKEN"  # noqa: S105 - the name of a variable


def show_outgoing(request: Outgoing, output: Output) -> ExitCode:
    """Write one request that was not sent."""
    if output is Output.JSON:
        print_json(as_json(request))
    else:
        say(as_curl(request))
    if request.body is not None and any((request.body.get(SECRETS) or {}).values()):
        complain(text("request-hides-secrets"))
    return ExitCode.DONE


def as_json(request: Outgoing) -> dict[str, object]:
    """Return the request for a program."""
    return {
        "method": request.method,
        "url": request.url,
        "headers": dict(request.headers),
        "body": request.shown,
    }


def as_curl(request: Outgoing) -> str:
    """Return a command that sends the request; JSON is written in ASCII, so nothing in it steers a terminal."""
    parts = [f"curl --request {request.method} {shlex.quote(request.url)}"]
    parts.append(f'--header "Authorization: Bearer ${TOKEN}"')
    parts += [f"--header {shlex.quote(f'{name}: {value}')}" for name, value in request.headers.items()]
    if request.shown is not None:
        parts.append(f"--data-binary {shlex.quote(json.dumps(request.shown))}")
    return " \\\n  ".join(parts)
