"""`appstore operations`: what became of your requests."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.language import text, word
from appstore_client.cli.outcome import seconds_of
from appstore_client.cli.output import (
    STYLES,
    Output,
    OutputOption,
    clock,
    print_json,
    print_next,
    print_table,
    styled,
)
from appstore_client.cli.session import run
from appstore_client.models.operation import Operation


def operations(
    open_only: Annotated[bool, typer.Option("--open", help=text("option.open"))] = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Show operations."""

    async def work(store: AppStore) -> None:
        found = await store.operations.list(open_only=True if open_only else None)
        if output is Output.JSON:
            print_json(found.raw)
            return
        print_table(["id", "kind", "app", "status", "requested", "took", "message"], (_row(one) for one in found))
        print_next(_next(found.items))

    run(output, work)


def _row(one: Operation) -> tuple[object, ...]:
    status = styled(word("status", one.status), STYLES.get(one.status, ""))
    took = f"{seconds_of(one)} s" if one.ended_at else ""
    why = one.problem.title or one.problem.code if one.problem else ""
    return one.id, one.kind, one.subject.app, status, clock(one.requested_at), took, why


def _next(found: tuple[Operation, ...]) -> list[str]:
    deployment = next((one.subject.deployment for one in found if one.subject.deployment), None)
    return [f"appstore timeline {deployment}"] if deployment else ["appstore apps"]
