"""`appstore apply`: makes deployments what files declare; what is like that already is not asked again."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.change import LONGEST, TimeoutOption
from appstore_client.cli.declared_files import FilesOption, MistakesError, plan_of, read_declared
from appstore_client.cli.exit_codes import ExitCode, InvalidInputError
from appstore_client.cli.language import text
from appstore_client.cli.output import Output, OutputOption, complain, print_json, print_next, say
from appstore_client.cli.plan_shown import (
    code_of,
    outcomes_json,
    plan_json,
    show_mistakes,
    show_outcomes,
    show_plan,
    tells,
)
from appstore_client.cli.session import run
from appstore_client.cli.show_request import ShowRequestOption, as_json, show_outgoing
from appstore_client.declared.asking import Asking, Outcome
from appstore_client.declared.declaration import Key, Mistake
from appstore_client.declared.plan import Action, Choices, Plan
from appstore_client.declared.secrets import values_for
from appstore_client.declared.source import is_source


def apply(  # noqa: PLR0913, PLR0917 - the options of the command
    files: FilesOption,
    source: Annotated[str | None, typer.Option(help=text("option.declared-source"))] = None,
    prune: Annotated[bool, typer.Option("--prune", help=text("option.prune"))] = False,  # noqa: FBT002 - a flag
    yes: Annotated[bool, typer.Option("--yes", help=text("option.yes"))] = False,  # noqa: FBT002 - a flag
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("option.dry-run"))] = False,  # noqa: FBT002 - a flag
    retry: Annotated[bool, typer.Option("--retry", help=text("option.retry"))] = False,  # noqa: FBT002 - a flag
    take_over: Annotated[bool, typer.Option("--take-over", help=text("option.take-over"))] = False,  # noqa: FBT002
    renew_secrets: Annotated[bool, typer.Option("--renew-secrets", help=text("option.renew-secrets"))] = False,  # noqa: FBT002
    wait: Annotated[bool, typer.Option("--wait", help=text("option.wait"))] = False,  # noqa: FBT002 - a flag
    timeout: TimeoutOption = LONGEST,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Apply what files declare."""
    if source is not None and not is_source(source):
        raise InvalidInputError(text("source-form", given=source))
    if prune and source is None:
        raise InvalidInputError(text("prune-needs-source"))
    choices = Choices(source, prune, take_over, retry, renew_secrets)

    async def work(store: AppStore) -> ExitCode:
        try:
            plan = await plan_of(store, read_declared(files), choices)
            secrets = _secrets(plan, choices)
        except MistakesError as error:
            return show_mistakes(error.mistakes, output)
        if dry_run or not show_request:
            _show_plan(plan, output, last=dry_run)
        if dry_run:
            return ExitCode.DONE
        if not show_request and not yes and not _may_remove(plan):
            complain(text("plan.stopped"))
            return ExitCode.INVALID
        asking = Asking(store, source, secrets)
        outcomes = await asking.ask(plan.steps)
        if show_request:
            return _show_requests(outcomes, output)
        if wait:
            outcomes = await asking.wait(outcomes, timeout)
        return _show_end(outcomes, output, waited=wait)

    run(output, work, show_request=show_request)


def _secrets(plan: Plan, choices: Choices) -> dict[Key, dict[str, str | None]]:
    values: dict[Key, dict[str, str | None]] = {}
    mistakes: list[Mistake] = []
    for step in plan.steps:
        values[step.key], wrong = values_for(step, choices)
        mistakes += wrong
    if mistakes:
        raise MistakesError(mistakes)
    return values


def _show_plan(plan: Plan, output: Output, *, last: bool) -> None:
    if output is Output.JSON:
        if last:
            print_json(plan_json(plan.steps))
        return
    show_plan(plan.steps)
    if not any(step.asks for step in plan.steps):
        say(text("plan.nothing"))
    elif last:
        say(text("plan.dry-run"))


def _may_remove(plan: Plan) -> bool:
    removed = [step.key.name for step in plan.steps if step.action is Action.REMOVE]
    return not removed or typer.confirm(text("plan.sure", names=", ".join(removed)), err=True)


def _show_requests(outcomes: list[Outcome], output: Output) -> ExitCode:
    shown = [one.shown for one in outcomes if one.shown is not None]
    if output is Output.JSON:
        print_json([as_json(one) for one in shown])
    else:
        for one in shown:
            show_outgoing(one, output)
        if not shown:
            complain(text("plan.nothing"))
    return code_of(outcomes)


def _show_end(outcomes: list[Outcome], output: Output, *, waited: bool) -> ExitCode:
    code = code_of(outcomes, ended=waited)
    if output is Output.JSON:
        print_json(outcomes_json(outcomes))
    elif any(map(tells, outcomes)):
        show_outcomes(outcomes)
        print_next(["appstore status" if waited else "appstore operations"], to_error=code is not ExitCode.DONE)
    return code
