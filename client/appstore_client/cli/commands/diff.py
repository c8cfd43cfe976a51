"""`appstore diff`: what differs between what files declare, what is asked and what runs, field by field.

Exit code 1 says that something does, as `diff` and `kubectl diff` do.
"""

from collections.abc import Sequence

from appstore_client.app_store import AppStore
from appstore_client.cli.declared_files import (
    FilesOption,
    MistakesError,
    deployments_of,
    read_declared,
    with_their_teams,
)
from appstore_client.cli.exit_codes import ExitCode
from appstore_client.cli.language import text
from appstore_client.cli.output import Output, OutputOption, print_json, print_next, say
from appstore_client.cli.plan_shown import show_mistakes, show_rows
from appstore_client.cli.session import run
from appstore_client.declared.declaration import Declared, Key
from appstore_client.declared.difference import Row, asked_state, declared_state, running_state, three_ways
from appstore_client.models.deployment import Deployment

DIFFERS = ExitCode.UNEXPECTED


def diff(files: FilesOption, output: OutputOption = Output.TABLE) -> None:
    """Show what differs."""

    async def work(store: AppStore) -> ExitCode:
        try:
            declared = await with_their_teams(store, read_declared(files))
        except MistakesError as error:
            return show_mistakes(error.mistakes, output)
        there = {
            Key(one.team.slug, one.environment.name, one.name): one
            for one in await deployments_of(store, declared)
            if one.stands
        }
        found = [(one, rows) for one in declared if (rows := _rows(one, there.get(one.key)))]
        if output is Output.JSON:
            print_json({"items": [_json(one, rows) for one, rows in found]})
        elif found:
            show_rows(found)
            print_next([f"appstore apply {' '.join(f'-f {file}' for file in files)} --dry-run"])
        else:
            say(text("plan.no-difference"))
        return DIFFERS if found else ExitCode.DONE

    run(output, work)


def _rows(declared: Declared, found: Deployment | None) -> tuple[Row, ...]:
    if found is None:
        return three_ways(declared_state(declared), None, None)
    return three_ways(declared_state(declared), asked_state(found), running_state(found))


def _json(declared: Declared, rows: Sequence[Row]) -> dict[str, object]:
    fields = [
        {"field": row.field, "declared": row.declared, "asked": row.asked, "running": row.running} for row in rows
    ]
    return {**declared.key._asdict(), "file": declared.place.file, "line": declared.place.line, "fields": fields}
