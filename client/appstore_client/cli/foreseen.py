"""Shows a plan for people: what is new, changed and removed, what it takes, and who stands in the way."""

from collections.abc import Iterator

from appstore_client.cli.language import text, word
from appstore_client.cli.output import print_table, say, styled
from appstore_client.models.operation import OperationProblem
from appstore_client.models.plan import Plan, PlannedField, PlannedObject

_COLOURS = {"new": "green", "changed": "cyan", "removed": "red"}
LONGEST_VALUE = 60


def show_foreseen(plan: Plan) -> None:
    """Write the plan."""
    say(text("foreseen.head", name=plan.name, environment=plan.environment, version=plan.version), "bold")
    different = [one for one in plan.objects if one.change != "unchanged" or one.trouble is not None]
    if different:
        print_table(("becomes", "kind", "name", "changes"), (_object(one) for one in different))
    same = len(plan.objects) - len(different)
    if same:
        say(text("foreseen.unchanged", count=same))
    if plan.resources:
        columns = ("resource", "now", "then", "used", "limit", "missing")
        print_table(
            columns, ((one.resource, one.before, one.after, one.used, one.limit, one.missing) for one in plan.resources)
        )
    if plan.namespace_is_new:
        say(text("foreseen.namespace-is-new", namespace=plan.namespace), "yellow")
    for warning in plan.warnings:
        say(text("foreseen.warning", sentence=warning), "yellow")
    _conclude(plan)


def _conclude(plan: Plan) -> None:
    for trouble in troubles(plan):
        say(trouble.title, "bold red")
        say(f"  {trouble.detail}")
    for one in plan.resources:
        if one.missing is not None:
            say(
                text("foreseen.no-room", resource=one.resource, missing=one.missing, limit=one.limit or "-"), "bold red"
            )
    if plan.would_work:
        say(text("foreseen.would-work"), "green")
    say(text("foreseen.nothing-asked"), "dim")


def troubles(plan: Plan) -> Iterator[OperationProblem]:
    """What stands in the way, of the whole first."""
    found = (plan.trouble, *(one.trouble for one in plan.objects))
    return (one for one in found if one is not None)


def _object(one: PlannedObject) -> tuple[object, ...]:
    changes = [_field(field) for field in one.fields]
    if one.more:
        changes.append(text("foreseen.more", count=one.more))
    if one.trouble is not None:
        changes.append(text("foreseen.refused", why=one.trouble.title))
    what = styled(word("foreseen", one.change), _COLOURS.get(one.change, ""))
    return (what, one.kind, one.name, "\n".join(changes))


def _field(field: PlannedField) -> str:
    if field.hidden:
        return text("foreseen.hidden", path=field.path)
    return f"{field.path}: {_value(field.before)} → {_value(field.after)}"


def _value(value: str | None) -> str:
    if value is None:
        return "-"
    line = " ".join(value.split("\n"))
    return line if len(line) <= LONGEST_VALUE else f"{line[: LONGEST_VALUE - 1]}…"
