"""`appstore promote`: takes what runs in one environment to another, exactly: version, settings, number of pods.

It is the request that `apply` makes, through the same gate, which may judge more strictly there: that is shown
too. Secrets are not copied: nobody can read them back.
"""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.change import LONGEST, DeploymentArgument, NoWaitOption, TimeoutOption, follow
from appstore_client.cli.exit_codes import ExitCode, InvalidInputError
from appstore_client.cli.find_deployment import find_deployment
from appstore_client.cli.language import text, word
from appstore_client.cli.output import Output, OutputOption, complain, print_json, say
from appstore_client.cli.plan_shown import plan_json, show_plan
from appstore_client.cli.secret_values import SecretFileOption, SecretOption, read_secrets
from appstore_client.cli.session import run
from appstore_client.cli.show_request import ShowRequestOption
from appstore_client.declared.asking import Asking
from appstore_client.declared.plan import Choices, Step, make_plan
from appstore_client.declared.promotion import as_it_runs, secrets_to_give
from appstore_client.models.deployment import Deployment

NOTHING: list[str] = []


def promote(  # noqa: PLR0913, PLR0917 - the options of the command
    deployment: DeploymentArgument,
    to: Annotated[str, typer.Option("--to", metavar="ENVIRONMENT", help=text("option.promote-to"))],
    of: Annotated[str | None, typer.Option("--from", metavar="ENVIRONMENT", help=text("option.promote-from"))] = None,
    secret: SecretOption = NOTHING,
    secret_from_file: SecretFileOption = NOTHING,
    yes: Annotated[bool, typer.Option("--yes", help=text("option.yes"))] = False,  # noqa: FBT002 - a flag
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("option.dry-run"))] = False,  # noqa: FBT002 - a flag
    no_wait: NoWaitOption = False,  # noqa: FBT002 - a flag
    timeout: TimeoutOption = LONGEST,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Promote what runs."""
    given = read_secrets(secret, secret_from_file)

    def fits(one: Deployment) -> bool:
        return one.environment.name == of if of is not None else one.environment.name != to

    async def work(store: AppStore) -> ExitCode:
        found = await store.deployments.get(await find_deployment(store, deployment, fits))
        step = await _step(store, found, to)
        if not show_request:
            levels = await _levels(store, found.environment.name, to)
            _show(step, levels, output, last=dry_run)
        if dry_run or not step.asks:
            return ExitCode.DONE
        secrets, missing = secrets_to_give(step, given)
        if missing:
            raise InvalidInputError(text("promote.secrets", names=", ".join(missing)))
        if not (yes or show_request or typer.confirm(text("promote.sure", environment=to), err=True)):
            complain(text("plan.stopped"))
            return ExitCode.INVALID
        operation = await Asking(store, None, {step.key: secrets}).ask_one(step)
        return await follow(store, operation, output=output, no_wait=no_wait, within=timeout)

    run(output, work, show_request=show_request)


async def _step(store: AppStore, found: Deployment, to: str) -> Step:
    """What has to be asked; raises `InvalidInputError` when nothing runs or nothing can come of it."""
    if found.environment.name == to:
        raise InvalidInputError(text("promote.same-place", environment=to))
    declared = as_it_runs(found, to)
    if declared is None:
        raise InvalidInputError(text("promote.nothing-runs", name=found.name))
    plan = make_plan([declared], await store.deployments.list(team=found.team.slug), Choices(retry=True))
    if plan.mistakes:
        wrong = plan.mistakes[0]
        raise InvalidInputError(text(f"mistake.{wrong.code}", **wrong.values))
    return plan.steps[0]


async def _levels(store: AppStore, of: str, to: str) -> dict[str, str]:
    """How strictly each of the two is judged, as far as that is known."""
    known = {one.name: one.policy_level for one in await store.environments.list()}
    return {name: known[name] for name in (of, to) if name in known}


def _show(step: Step, levels: dict[str, str], output: Output, *, last: bool) -> None:
    if output is Output.TABLE:
        show_plan([step])
        if len(set(levels.values())) > 1:
            of, to = ((name, word("level", level)) for name, level in levels.items())
            say(text("promote.levels", to=to[0], to_level=to[1], of=of[0], of_level=of[1]), "yellow")
        if last or not step.asks:
            say(text("plan.dry-run" if step.asks else "plan.nothing"))
    elif last or not step.asks:
        print_json(plan_json([step]) | {"policyLevels": levels})
