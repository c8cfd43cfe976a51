"""Shows a problem: what, whose turn it is, and always what to type next."""

import json
import sys
from urllib.parse import urlsplit

from appstore_client.cli.exit_codes import ExitCode, code_of_problem
from appstore_client.cli.language import text, word
from appstore_client.cli.output import Output, complain, print_next, say
from appstore_client.problem import Problem, Unreachable
from appstore_client.sign_in.token_answer import SignInRefused
from appstore_client.transport import LOOPBACK


def show_problem(problem: Problem, output: Output, address: str) -> ExitCode:
    """Write the problem to standard error and return the exit code."""
    code = code_of_problem(problem)
    if output is Output.JSON:
        sys.stderr.write(json.dumps(problem.details.raw, ensure_ascii=False) + "\n")
        return code
    if code is ExitCode.DONE:
        say(_title(problem))
        say(problem.detail or "")
        print_next(problem.next)
        return code
    complain(text("error", title=_title(problem)), "bold red")
    if problem.detail:
        complain(problem.detail)
    for error in problem.errors:
        complain(f"  {error.field}: {error.detail or error.code}")
    complain(word("fault", problem.fault))
    print_next(problem.next or _next(code, problem, address), to_error=True)
    return code


def _title(problem: Problem) -> str:
    if isinstance(problem, Unreachable):
        return text("problem.unreachable", address=problem.params["address"])
    return text("problem.refused") if isinstance(problem, SignInRefused) else problem.title


def _next(code: ExitCode, problem: Problem, address: str) -> tuple[str, ...]:
    if isinstance(problem, Unreachable) and urlsplit(address).hostname in LOOPBACK:
        return ("make status",)
    return {
        ExitCode.NOT_ALLOWED: ("appstore login",),
        ExitCode.NOT_FOUND: ("appstore apps", "appstore status"),
        ExitCode.INVALID: ("appstore --help",),
    }.get(code, ("appstore operations",))
