"""Shows what is wrong with files, what a plan would do, and what became of it: for people, or as JSON for programs."""

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from appstore_client.cli.exit_codes import ExitCode, code_of_operation, code_of_problem
from appstore_client.cli.language import text, word
from appstore_client.cli.outcome import seconds_of
from appstore_client.cli.output import STYLES, Output, complain, print_json, print_next, print_table, say, styled
from appstore_client.declared.asking import Outcome
from appstore_client.declared.declaration import Declared, Mistake, Place
from appstore_client.declared.difference import Difference, Row
from appstore_client.declared.plan import Action, Step
from appstore_client.problem import Problem

COLUMNS = ("what", "name", "environment", "team", "changes")
ENDS = ("what", "name", "environment", "team", "status", "took", "message")
_COLOURS = {Action.CREATE: "green", Action.CHANGE: "cyan", Action.REMOVE: "red", Action.FAILED_BEFORE: "yellow"}
LONGEST_VALUE = 60


def show_mistakes(mistakes: Sequence[Mistake], output: Output) -> ExitCode:
    """Write every mistake with its file, line and field."""
    found = sorted(mistakes, key=lambda one: one.place)
    if output is Output.JSON:
        print_json({"mistakes": [_mistake(one) for one in found]})
    else:
        for one in found:
            complain(f"{_where(one.place)}: {one.field_name}{': ' if one.field_name else ''}{_sentence(one)}", "red")
    return ExitCode.INVALID


def show_plan(steps: Sequence[Step]) -> None:
    """Write what each step would do; what is like that already is counted, not listed."""
    print_table(COLUMNS, (_step(one) for one in steps if one.action is not Action.SAME))
    same = sum(one.action is Action.SAME for one in steps)
    if same:
        say(text("plan.same", count=same))


def show_outcomes(outcomes: Sequence[Outcome]) -> ExitCode:
    """Write how each step stands; the first that was not done says what the program ends with."""
    asked = [one for one in outcomes if tells(one)]
    if asked:
        print_table(ENDS, (_outcome(one) for one in asked))
    for one in outcomes:
        if one.problem is not None:
            _explain(one.problem, one.step.declared)
    return code_of(outcomes)


def tells(one: Outcome) -> bool:
    """Whether there is anything to say of an outcome."""
    return one.step.action is not Action.SAME or one.operation is not None


def code_of(outcomes: Sequence[Outcome], *, ended: bool = True) -> ExitCode:
    """Return the code of the first that was not done; without `ended` what was accepted counts as done."""
    return next((code for one in outcomes if (code := _code(one, ended=ended)) is not ExitCode.DONE), ExitCode.DONE)


def show_rows(step_rows: Sequence[tuple[Declared, Sequence[Row]]]) -> None:
    """Write every field in which what is declared, asked and running do not agree."""
    print_table(
        ("deployment", "environment", "field", "declared", "asked", "runs"),
        (
            (one.name, one.environment, row.field, *map(_value, (row.declared, row.asked, row.running)))
            for one, rows in step_rows
            for row in rows
        ),
    )


def plan_json(steps: Sequence[Step]) -> dict[str, Any]:
    """Return a plan for a program."""
    return {"items": [_step_json(one) for one in steps]}


def outcomes_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return outcomes for a program: the API's own operations and problems beside each step."""
    return {
        "items": [
            {
                **_step_json(one.step),
                "operation": one.operation.raw if one.operation else None,
                "problem": one.problem.details.raw if one.problem else None,
            }
            for one in outcomes
        ]
    }


def _step(step: Step) -> tuple[object, ...]:
    changes = [_change(one) for one in step.differences]
    if step.action is Action.FAILED_BEFORE and step.found is not None:
        changes = [text("plan.failed-before", why=step.found.failure.title if step.found.failure else "")]
    elif step.action is Action.CHANGE and not changes:
        changes = [text("plan.again")]
    return (_action(step), step.key.name, step.key.environment, step.key.team, "\n".join(changes))


def _action(step: Step) -> Text:
    return styled(word("action", step.action.value), _COLOURS.get(step.action, ""))


def _change(one: Difference) -> str:
    return f"{one.field}: {_value(one.before)} → {_value(one.after)}"


def _value(value: str | None) -> str:
    if value is None:
        return "-"
    line = " ".join(value.split("\n"))
    return line if len(line) <= LONGEST_VALUE else f"{line[: LONGEST_VALUE - 1]}…"


def _outcome(one: Outcome) -> tuple[object, ...]:
    place = (_action(one.step), one.step.key.name, one.step.key.environment, one.step.key.team)
    if one.operation is not None:
        status, why = one.operation.status, one.operation.problem
        took = f"{seconds_of(one.operation)} s" if one.operation.ended else ""
        return (*place, styled(word("status", status), STYLES.get(status, "")), took, why.title if why else "")
    if one.problem is not None:
        return (*place, styled(text("plan.not-asked"), "red"), "", one.problem.title)
    failure = one.step.found.failure if one.step.found else None
    return (*place, text("plan.not-asked"), "", failure.title if failure else "")


def _explain(problem: Problem, declared: Declared | None) -> None:
    place = declared.place if declared else None
    complain("")
    complain(f"{_where(place) + ': ' if place else ''}{problem.title}", "bold red")
    if problem.detail:
        complain(problem.detail)
    for error in problem.errors:
        at = f"{_where(declared.place_of(error.field))}: " if declared else ""
        complain(f"  {at}{error.field}: {error.detail or error.code}")
    print_next(problem.next, to_error=True)


def _code(one: Outcome, *, ended: bool) -> ExitCode:
    if one.problem is not None:
        return code_of_problem(one.problem)
    if one.operation is not None and (ended or one.operation.ended):
        return code_of_operation(one.operation)
    if one.step.action is Action.FAILED_BEFORE and one.step.found is not None:
        return ExitCode.ROLLED_BACK if one.step.found.status == "rolled-back" else ExitCode.APP_FAILED
    return ExitCode.DONE


def _where(place: Place) -> str:
    return f"{place.file}:{place.line}" if place.line else place.file


def _sentence(mistake: Mistake) -> str:
    return text(f"mistake.{mistake.code}", **mistake.values)


def _mistake(one: Mistake) -> dict[str, Any]:
    return {
        "file": one.place.file,
        "line": one.place.line,
        "field": one.field_name,
        "code": one.code,
        "detail": _sentence(one),
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "action": step.action.value,
        "name": step.key.name,
        "environment": step.key.environment,
        "team": step.key.team,
        "deployment": step.found.id if step.found else None,
        "differences": [{"field": one.field, "before": one.before, "after": one.after} for one in step.differences],
    }
