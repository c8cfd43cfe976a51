"""`appstore timeline`: every event of a deployment, or of one operation on it, with the gap to the one before."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.find_deployment import find_deployment, is_id
from appstore_client.cli.language import text
from appstore_client.cli.output import (
    Output,
    OutputOption,
    print_json,
    print_next,
    print_table,
)
from appstore_client.cli.session import run
from appstore_client.models.base import Page
from appstore_client.models.deployment import TimelineEntry
from appstore_client.problem import NOT_FOUND, Problem


def timeline(
    asked: Annotated[str, typer.Argument(metavar="ID", help=text("option.timeline-id"))],
    output: OutputOption = Output.TABLE,
) -> None:
    """Show a timeline."""

    async def work(store: AppStore) -> None:
        entries = await _entries(store, asked)
        if output is Output.JSON:
            print_json(entries.raw)
            return
        print_table(["time", "gap", "service", "event", "what"], (timeline_row(one) for one in entries))
        print_next([f"appstore status {entries.items[-1].deployment or asked}" if entries.items else "appstore status"])

    run(output, work)


def timeline_row(entry: TimelineEntry) -> tuple[object, ...]:
    """Return one event as a row of time, gap, service, event and sentence."""
    time = entry.time.astimezone().strftime("%H:%M:%S.%f")[:-3]
    gap = "" if entry.gap_seconds is None else f"+{entry.gap_seconds:.3f} s"
    return time, gap, entry.service, entry.event, entry.sentence


async def _entries(store: AppStore, asked: str) -> Page[TimelineEntry]:
    deployment = await find_deployment(store, asked)
    try:
        return await store.deployments.timeline(deployment)
    except Problem as problem:
        if problem.status != NOT_FOUND or not is_id(asked):
            raise
        return await _entries_of_operation(store, asked, problem)


async def _entries_of_operation(store: AppStore, asked: str, unknown: Problem) -> Page[TimelineEntry]:
    try:
        operation = await store.operations.get(asked)
    except Problem as problem:
        raise (unknown if problem.status == NOT_FOUND else problem) from None
    if operation.subject.deployment is None:
        raise unknown
    entries = await store.deployments.timeline(operation.subject.deployment)
    return Page(tuple(entry for entry in entries if entry.correlation_id == operation.id), None)
