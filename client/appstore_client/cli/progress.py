"""Shows an operation while it runs: every step with the seconds since it was asked for."""

import sys
from contextlib import aclosing, nullcontext

from appstore_client.app_store import AppStore
from appstore_client.cli.language import word
from appstore_client.cli.output import Output, err, out, styled
from appstore_client.follow import follow_operation
from appstore_client.models.deployment import TimelineEntry
from appstore_client.models.operation import Operation


async def watch(store: AppStore, operation: Operation, output: Output, within: float) -> Operation:
    """Show the steps (with JSON on standard error) and return the operation, ended or not."""
    console = err() if output is Output.JSON else out()
    last = operation
    shown = word("status", operation.status)
    waiting = console.status(shown) if console.is_terminal and sys.stdin.isatty() else nullcontext()
    with waiting:
        async with aclosing(follow_operation(store, operation, within=within)) as steps:
            async for step in steps:
                if isinstance(step, Operation):
                    last = step
                else:
                    console.print(styled(step_line(operation, step)), soft_wrap=True)
    return last


def step_line(operation: Operation, step: TimelineEntry) -> str:
    """Return one step as people read it."""
    seconds = (step.time - operation.requested_at).total_seconds()
    return f"{max(seconds, 0):7.2f} s  {step.service:<11} {step.sentence or step.event}"
