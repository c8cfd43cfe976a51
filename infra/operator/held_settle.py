"""`appstore held redrive|skip`: have held messages handled again, or pass over one for ever.

Before it: `appstore held list|show`. After it: the service does it, in the order of each key.
"""

import re
from typing import Annotated

import typer
from appstore_client.cli.exit_codes import ExitCode
from appstore_client.cli.output import Output, OutputOption, complain, print_json, say

from contracts.identifiers import UUID_PATTERN
from infra.operator.asked import ServiceArgument, known
from infra.operator.database import database_of
from infra.operator.failing import explained, stop
from infra.operator.held_messages import HeldMessage, held_by, held_message
from infra.operator.held_wishes import PATIENCE, Answer, Became, answers, mark, wish
from infra.operator.signed_in import signed_in_person
from infra.operator.words import words

ByOption = Annotated[str | None, typer.Option("--by", metavar="PERSON_ID", help=words("option-by"))]
WaitOption = Annotated[float, typer.Option("--wait", min=0, max=600, metavar="SECONDS", help=words("option-wait"))]
LONGEST_REASON = 2000


def redrive(  # noqa: PLR0913, PLR0917 - options of a command
    service: ServiceArgument,
    held_id: Annotated[str | None, typer.Argument(metavar="[HELD_ID]", help=words("option-id"))] = None,
    key: Annotated[tuple[str, str] | None, typer.Option("--key", metavar="TOPIC KEY", help=words("option-key"))] = None,
    everything: Annotated[bool, typer.Option("--all", help=words("option-everything"))] = False,  # noqa: FBT002 - a flag
    reason: Annotated[str | None, typer.Option("--reason", metavar="CODE", help=words("option-code"))] = None,
    by: ByOption = None,
    wait: WaitOption = PATIENCE,
    output: OutputOption = Output.TABLE,
) -> None:
    """Have held messages handled again."""
    name = known(service)
    if [held_id is not None, key is not None, everything].count(True) != 1 or (reason is not None and not everything):
        raise stop(ExitCode.INVALID, words("one-of-three"), f"appstore held list {name}")
    person = _person(by)
    with explained(), database_of(name) as database:
        if held_id is not None:
            chosen = [_failed_one(held_message(name, held_id, database), name, held_id)]
        else:
            chosen = [one for one in held_by(name, database) if _is_meant(one, key, reason)]
        marked = mark(database, chosen, wish("redrive", person=person))
        found = answers(database, marked, wait)
    _tell(name, found, output, "redriven")


def skip(
    service: ServiceArgument,
    held_id: Annotated[str, typer.Argument(metavar="HELD_ID", help=words("option-id"))],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=words("option-reason"))],
    yes: Annotated[bool, typer.Option("--yes", help=words("option-yes"))] = False,  # noqa: FBT002 - a flag
    by: ByOption = None,
    wait: WaitOption = PATIENCE,
    output: OutputOption = Output.TABLE,
) -> None:
    """Pass over one held message for ever."""
    name, why = known(service), reason.strip()
    if not 0 < len(why) <= LONGEST_REASON:
        raise stop(ExitCode.INVALID, words("no-reason", most=LONGEST_REASON), f"appstore held show {name} {held_id}")
    person = _person(by)
    with explained(), database_of(name) as database:
        message = _failed_one(held_message(name, held_id, database), name, held_id)
        for line in losses(message):
            complain(line)
        if not yes and not typer.confirm(words("sure"), err=True):
            raise stop(ExitCode.INVALID, words("not-skipped"), f"appstore held redrive {name} {held_id}")
        found = answers(database, mark(database, [message], wish("skip", person=person, text=why)), wait)
    _tell(name, found, output, "skipped")


def losses(message: HeldMessage) -> list[str]:
    """What is lost, and for whom, when the message is skipped."""
    kind, number = message.attribute("type"), message.attribute("sequence")
    what = words(
        "loss-what",
        service=message.service,
        what=kind or words("loss-unreadable"),
        number=int(number) if number and number.isdecimal() else "?",
        key=message.key_text if message.key is not None else words("no-key"),
        topic=message.topic,
    )
    asked = {name: message.attribute(name) or words("nobody") for name in ("actor", "team", "correlationid")}
    whom = words("loss-whom", **asked) if message.attribute("correlationid") else words("loss-whom-unknown")
    lost = words("loss-shown" if message.service == "gateway" else "loss-done", service=message.service)
    return [what, lost, whom, words("loss-behind", count=message.behind)]


def _is_meant(message: HeldMessage, key: tuple[str, str] | None, reason: str | None) -> bool:
    if key is not None:
        return (message.topic, message.key_text) == key
    return reason is None or message.reason == reason


def _failed_one(found: HeldMessage | None, service: str, held_id: str) -> HeldMessage:
    if found is None:
        why = words("unknown-held", service=service, held=held_id)
        raise stop(ExitCode.NOT_FOUND, why, f"appstore held list {service}")
    if found.status != "held":
        raise stop(ExitCode.INVALID, words("only-queued", held=held_id), f"appstore held list {service}")
    return found


def _person(by: str | None) -> str | None:
    if by is None:
        return signed_in_person()
    if not re.match(UUID_PATTERN, by):
        raise stop(ExitCode.INVALID, words("no-person-id"), "appstore whoami")
    return by


def _tell(service: str, found: list[Answer], output: Output, done: str) -> None:
    code = ExitCode.DONE
    if any(one.became is Became.OPEN for one in found):
        code = ExitCode.NOT_IN_TIME
    if any(one.became is Became.FAILED for one in found):
        code = ExitCode.PLATFORM_FAILED
    if output is Output.JSON:
        rows = [{"id": one.id, "became": one.became.value, "reason": one.reason} for one in found]
        print_json({"items": rows})
        raise typer.Exit(code)
    if not found:
        say(words("none-meant"))
    for one in found:
        text = words(f"became.{done if one.became is Became.DONE else one.became}", id=one.id, **_why(one))
        (say if one.became is Became.DONE else complain)(text)
    if code is not ExitCode.DONE:
        now = f"appstore held list {service}" if code is ExitCode.PLATFORM_FAILED else "make status"
        complain(f"{words('next')} {now}", "bold")
    raise typer.Exit(code)


def _why(answer: Answer) -> dict[str, object]:
    return {"reason": answer.reason, "attempts": answer.attempts}
