"""Shows how an operation ended, and for a rejection: each rule, its verdict, its law, and what would change it."""

from appstore_client.cli.exit_codes import ExitCode, code_of_operation
from appstore_client.cli.language import text, word
from appstore_client.cli.output import (
    STYLES,
    Output,
    complain,
    print_json,
    print_next,
    say,
)
from appstore_client.models.operation import Objection, Operation


def show_outcome(operation: Operation, output: Output, waited: float) -> ExitCode:
    """Write the outcome and return the exit code; what was done goes to standard output, the rest to standard error."""
    code = code_of_operation(operation)
    if output is Output.JSON:
        print_json(operation.raw)
        return code
    if not operation.ended:
        _show_open(operation, waited)
    elif code is not ExitCode.DONE:
        _show_not_done(operation)
    return code


def seconds_of(operation: Operation) -> str:
    """Return how long it took."""
    if operation.ended_at is None:
        return "?"
    return f"{(operation.ended_at - operation.requested_at).total_seconds():.1f}"


def show_accepted(operation: Operation, output: Output) -> ExitCode:
    """Write that it was accepted, for somebody who does not wait."""
    if output is Output.JSON:
        print_json(operation.raw)
    else:
        say(text("operation", id=operation.id))
        say(text("outcome.accepted"))
        print_next(_look(operation))
    return ExitCode.DONE


def _show_open(operation: Operation, waited: float) -> None:
    status = word("status", operation.status)
    complain(text("outcome.not-ended", seconds=f"{waited:g}", status=status), "bold yellow")
    if operation.status == "held":
        complain(text("outcome.held"))
    complain(text("operation", id=operation.id))
    print_next(_look(operation), to_error=True)


def _show_not_done(operation: Operation) -> None:
    problem = operation.problem
    code = code_of_operation(operation)
    kind = "refused" if operation.status == "rejected" and code is not ExitCode.REJECTED else operation.status
    title = problem.title if problem else word("status", operation.status)
    complain(text(f"outcome.{kind}", seconds=seconds_of(operation), title=title), "bold red")
    if problem is None:
        print_next(_look(operation), to_error=True)
        return
    if problem.detail:
        complain(problem.detail)
    if problem.objections and "level" in problem.params:
        complain(text("judged-at", level=word("level", str(problem.params["level"]))))
    for objection in problem.objections:
        _show_objection(objection)
    # A rejection is nobody's fault: each objection says what would change it.
    if problem.fault and code is not ExitCode.REJECTED:
        complain(word("fault", problem.fault))
    if problem.restored:
        complain(text("outcome.restored", revision=problem.restored.revision, version=problem.restored.version))
    print_next(problem.next or _look(operation), to_error=True)


def _show_objection(objection: Objection) -> None:
    complain("")
    verdict = word("verdict", objection.verdict)
    line = text("objection", rule=objection.rule, verdict=verdict, title=objection.title)
    complain(f"✗ {line}", STYLES.get(objection.verdict, "red"))
    if objection.message:
        complain(f"    {objection.message}")
    if objection.legal_reference:
        reference = " ".join(filter(None, (objection.legal_reference.title, objection.legal_reference.uri)))
        complain(f"    {text('legal', reference=reference)}")
    if objection.remedy:
        complain(f"    {text('remedy', remedy=objection.remedy)}")


def _look(operation: Operation) -> tuple[str, ...]:
    if operation.subject.deployment:
        return (f"appstore timeline {operation.subject.deployment}",)
    return ("appstore operations",)
