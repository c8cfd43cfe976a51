"""What the commands that change a deployment have in common: find it, ask, show each step to the end.

After it: `commands/upgrade.py` and the others, which say only what they ask.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.exit_codes import ExitCode, InvalidInputError
from appstore_client.cli.find_deployment import find_deployment
from appstore_client.cli.language import text
from appstore_client.cli.outcome import seconds_of, show_accepted, show_outcome
from appstore_client.cli.output import STYLES, Output, print_next, say
from appstore_client.cli.progress import watch
from appstore_client.cli.session import run
from appstore_client.models.operation import Operation

DeploymentArgument = Annotated[str, typer.Argument(help=text("option.deployment"))]
NoWaitOption = Annotated[bool, typer.Option("--no-wait", help=text("option.no-wait"))]
TimeoutOption = Annotated[float, typer.Option(min=1, max=3600, help=text("option.timeout"))]
DecideWithinOption = Annotated[
    int | None, typer.Option("--decide-within", min=5, max=3600, help=text("option.decide-within"))
]
"""The bounds are the API's."""
LONGEST = 120.0
"""Seconds a command waits unless it is told otherwise."""
Ask = Callable[[AppStore, str], Awaitable[Operation]]
"""Asks for the change of the deployment with this id."""


def change(deployment: str, ask: Ask, *, output: Output, no_wait: bool, timeout: float, show_request: bool) -> None:
    """Ask, follow to the end, and end the program with its exit code; or only show what would be asked."""

    async def work(store: AppStore) -> ExitCode:
        found = await find_deployment(store, deployment)
        return await follow(store, await ask(store, found), output=output, no_wait=no_wait, within=timeout)

    run(output, work, show_request=show_request)


async def follow(store: AppStore, operation: Operation, *, output: Output, no_wait: bool, within: float) -> ExitCode:
    """Show each step of what was asked, and its end, unless nobody waits."""
    if no_wait:
        return show_accepted(operation, output)
    operation = await watch(store, operation, output, within)
    code = show_outcome(operation, output, within)
    if code is ExitCode.DONE and output is Output.TABLE:
        await _show_done(store, operation)
    return code


async def _show_done(store: AppStore, operation: Operation) -> None:
    if operation.subject.deployment is None:
        return
    found = await store.deployments.get(operation.subject.deployment)
    runs = found.running
    say(text(f"done.{operation.kind}", name=found.name, seconds=seconds_of(operation)), "bold green")
    if found.paused:
        say(text("paused"), STYLES["paused"])
        print_next([f"appstore resume {found.id}", f"appstore status {found.id}"])
        return
    if runs is not None:
        say(text("runs", revision=runs.revision, version=runs.version, replicas=runs.replicas or 0))
    print_next([f"appstore status {found.id}", f"appstore revisions {found.id}"])


def read_settings(given: Sequence[str]) -> dict[str, str]:
    """Return what was typed as `key=value`, by key; raises `InvalidInputError`."""
    settings: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise InvalidInputError(text("setting-form", given=one))
        settings[name] = value
    return settings
