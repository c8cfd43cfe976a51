"""`appstore evidence add`: brings a fact about a version of an app, with where it can be seen."""

import json
import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
import yaml

from appstore_client.app_store import AppStore
from appstore_client.cli.exit_codes import ExitCode, InvalidInputError
from appstore_client.cli.language import help_of, text
from appstore_client.cli.outcome import show_outcome
from appstore_client.cli.output import Output, OutputOption, print_next, say
from appstore_client.cli.progress import watch
from appstore_client.cli.session import run
from appstore_client.cli.show_request import ShowRequestOption

LARGEST_FILE = 65_536
"""Bytes: what an event may carry."""


class Assurance(StrEnum):
    """Who stands for a fact; only the platform itself verifies."""

    DECLARED = "declared"
    ATTESTED = "attested"


evidence = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@evidence.callback()
def group() -> None:
    """Evidence about apps."""


@evidence.command("add", help=help_of("evidence-add"))
def add(  # noqa: PLR0913, PLR0917 - the options of the command
    app: Annotated[str, typer.Argument(help=text("option.app-name"))],
    version: Annotated[str, typer.Argument(help=text("option.evidence-version"))],
    kind: Annotated[str, typer.Option(help=text("option.kind"))],
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help=text("option.file"))] = None,
    value: Annotated[str | None, typer.Option(help=text("option.value"))] = None,
    source: Annotated[str | None, typer.Option(help=text("option.source"))] = None,
    assurance: Annotated[Assurance | None, typer.Option(help=text("option.assurance"))] = None,
    valid_until: Annotated[str | None, typer.Option(help=text("option.valid-until"))] = None,
    timeout: Annotated[float, typer.Option(min=1, max=3600, help=text("option.timeout"))] = 60,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Add evidence."""
    if (file is None) == (value is None):
        raise InvalidInputError(text("evidence-one-of"))
    fact = read_fact_file(file) if file is not None else {"value": _read_value(value or "")}
    if source is not None or "source" not in fact:
        fact["source"] = {"uri": source or _own_source(file), "seen": date.today().isoformat()}  # noqa: DTZ011 - the day here
    if assurance is not None:
        fact["assurance"] = assurance.value
    if valid_until is not None:
        fact["validUntil"] = valid_until

    async def work(store: AppStore) -> ExitCode:
        operation = await store.apps.add_evidence(app, version, kind=wire_name(kind), fact=fact)
        operation = await watch(store, operation, output, timeout)
        code = show_outcome(operation, output, timeout)
        if code is ExitCode.DONE and output is Output.TABLE:
            say(text("outcome.add-evidence", app=app, version=version), "bold green")
            # Who may bring evidence may often not deploy.
            print_next([f"appstore app show {app}"])
        return code

    run(output, work, show_request=show_request)


def wire_name(kind: str) -> str:
    """Return the kind as the API writes it: `ai-risk` is `aiRisk`."""
    return re.sub(r"-([a-z])", lambda found: found[1].upper(), kind)


def read_fact_file(path: Path) -> dict[str, Any]:
    """Return the fact in a file; without `value` the whole file is the value. Raises `InvalidInputError`."""
    if path.stat().st_size > LARGEST_FILE:
        raise InvalidInputError(text("json-invalid", what=path, reason=f"> {LARGEST_FILE} bytes"))
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInputError(text("json-invalid", what=path, reason=error)) from error
    if not isinstance(found, dict):
        raise InvalidInputError(text("json-invalid", what=path, reason=type(found).__name__))
    # YAML reads days as dates, JSON has none.
    found = json.loads(json.dumps(found, default=str))
    return found if "value" in found or "notApplicable" in found else {"value": found}


def _own_source(file: Path | None) -> str:
    """Return what is true of a fact that names no source: which file it was in, or that somebody typed it."""
    return f"file:{quote(file.name)}" if file is not None else "urn:appstore:typed-on-the-command-line"


def _read_value(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError as error:
        raise InvalidInputError(text("json-invalid", what="--value", reason=error)) from error
