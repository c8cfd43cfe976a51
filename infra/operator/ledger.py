"""`appstore ledger verify|restore`: hold a service's ledger against its topics; bring an older copy to now (rule 5)."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import typer
from aiokafka.errors import KafkaError
from appstore_client.cli.exit_codes import ExitCode
from appstore_client.cli.output import Output, OutputOption, complain, print_json, say

from chassis.compare import MOST_NAMED, Comparison, compare
from chassis.group import ServiceRuns
from chassis.logging import set_up_logging
from chassis.mongo import Database, DatabaseError
from chassis.replay_steps import Restoration
from chassis.restore import Forked, restore
from contracts import topics
from infra.operator.database import NoDatabaseError
from infra.operator.which_service import is_ready_in_the_stack, service_of
from infra.operator.words import words

ledger = typer.Typer(help=words("ledger.help"), no_args_is_help=True)
ledger.__doc__ = words("ledger.help")

T = TypeVar("T")
_TRIES = 3
_PAUSE_SECONDS = 1.0


@ledger.command("verify", help=words("ledger.help-verify"))
def verify(
    service: Annotated[str | None, typer.Argument(metavar="[SERVICE]", help=words("option-service"))] = None,
    everywhere: Annotated[bool, typer.Option("--all", help=words("option-all"))] = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Compare ledgers with topics; exits 0 only when nothing differs."""
    if (service is None) != everywhere:
        raise _stop(ExitCode.INVALID, words("one-of"), "appstore ledger verify --all")
    names = [_known(service)] if service is not None else list(topics.SERVICES)
    found = {name: _run(_comparison(name)) for name in names}
    if output is Output.JSON:
        print_json({"services": [_as_json(name, one) for name, one in found.items()]})
    else:
        for name, one in found.items():
            _say_comparison(name, one)
    if not all(one.equal for one in found.values()):
        raise typer.Exit(ExitCode.PLATFORM_FAILED)


@ledger.command("restore", help=words("ledger.help-restore"))
def restore_ledger(service: Annotated[str, typer.Argument(metavar="SERVICE", help=words("option-service"))]) -> None:
    """Bring the database of a stopped service to now."""
    name = _known(service)
    if is_ready_in_the_stack(name):
        raise _stop(ExitCode.PLATFORM_FAILED, words("ledger.runs", service=name), "make status")
    try:
        done = _run(_restoration(name))
    except ServiceRuns:
        raise _stop(ExitCode.PLATFORM_FAILED, words("ledger.runs", service=name), "make status") from None
    except Forked as place:
        raise _stop(ExitCode.PLATFORM_FAILED, words("ledger.forked", place=place), _verify(name)) from None
    _say_restoration(name, done)
    if done.beyond_a_hole or done.not_handled or done.foreign:
        raise typer.Exit(ExitCode.PLATFORM_FAILED)


async def _comparison(name: str) -> Comparison:
    """A running service may record and publish meanwhile: what differs is looked at again before it is said."""
    made, own = service_of(name), list(topics.in_ledger_of(name))
    database = Database(made.settings.mongo, f"appstore_{name}")
    others = sorted({reader for topic in own for reader in topic.readers})
    readers = [Database(made.settings.mongo, f"appstore_{reader}") for reader in others]
    try:
        for _ in range(_TRIES - 1):
            found = await compare(database, own, made.settings.kafka, readers)
            if found.equal:
                return found
            await asyncio.sleep(_PAUSE_SECONDS)
        return await compare(database, own, made.settings.kafka, readers)
    finally:
        for one in (database, *readers):
            one.close()


async def _restoration(name: str) -> Restoration:
    made = service_of(name)
    database = Database(made.settings.mongo, f"appstore_{name}")
    try:
        return await restore(made, database)
    finally:
        database.close()


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Do it, and say which part is away if one is."""
    set_up_logging("operator", "console", "error")
    try:
        return asyncio.run(work)
    except NoDatabaseError:
        raise _stop(ExitCode.PLATFORM_FAILED, words("no-database"), "make up") from None
    except DatabaseError as error:
        raise _stop(ExitCode.PLATFORM_FAILED, words("ledger.no-mongo", why=_named(error)), "make status") from None
    except (KafkaError, TimeoutError, OSError) as error:
        raise _stop(ExitCode.PLATFORM_FAILED, words("ledger.no-kafka", why=_named(error)), "make status") from None


def _named(error: BaseException) -> str:
    """An error's class: its text may hold an address with a name and password."""
    return type(error).__name__


def _known(service: str) -> str:
    if service not in topics.SERVICES:
        known = ", ".join(topics.SERVICES)
        why = words("unknown-service", service=service, known=known)
        raise _stop(ExitCode.INVALID, why, "appstore ledger verify --all")
    return service


def _stop(code: ExitCode, why: str, what_now: str) -> typer.Exit:
    complain(why, "bold red")
    complain(f"{words('next')} {what_now}", "bold")
    return typer.Exit(code)


def _verify(name: str) -> str:
    return f"appstore ledger verify {name}"


def _as_json(name: str, found: Comparison) -> dict[str, Any]:
    differences = [
        {"kind": kind.value, "count": count, "places": found.named[kind], "whatToDo": words(f"ledger.do.{kind.value}")}
        for kind, count in sorted(found.counts.items())
    ]
    return {
        "service": name, "equal": found.equal, "events": found.events, "repeats": found.repeats,
        "differences": differences,
    }  # fmt: skip


def _say_comparison(name: str, found: Comparison) -> None:
    result = words("ledger.equal") if found.equal else words("ledger.differs")
    say(f"{name:<11} {words('ledger.counted', events=found.events, repeats=found.repeats)}: {result}")
    for kind, count in sorted(found.counts.items()):
        say(f"  {words(f'ledger.kind.{kind.value}')}: {count}", "bold")
        for place in found.named[kind]:
            say(f"    {place}")
        if count > MOST_NAMED:
            say(f"    {words('ledger.more', count=count - MOST_NAMED)}")
        say(f"  {words(f'ledger.do.{kind.value}', service=name)}")


def _say_restoration(name: str, done: Restoration) -> None:
    say(words("ledger.restored", service=name, events=done.events, messages=done.messages), "bold")
    for cause in done.not_handled:
        say(f"  {words('ledger.not-handled', place=cause)}")
    for place in done.beyond_a_hole:
        say(f"  {words('ledger.hole', place=place)}")
    for place in done.foreign:
        say(f"  {words('ledger.left-out', place=place)}")
    say(f"{words('next')} {words('ledger.start-it', service=name)} {_verify(name)}", "bold")
    sys.stdout.flush()
