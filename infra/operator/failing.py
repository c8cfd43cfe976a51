"""How an operator's command ends when it can't do its work: what is the matter, and what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from appstore_client.cli.exit_codes import ExitCode
from appstore_client.cli.output import complain

from infra.operator.database import AwayError, NoDatabaseError
from infra.operator.words import words


def stop(code: ExitCode, why: str, what_now: str) -> typer.Exit:
    """What to raise, after saying why."""
    complain(why, "bold red")
    complain(f"{words('next')} {what_now}", "bold")
    return typer.Exit(code)


@contextmanager
def explained() -> Iterator[None]:
    """Tell what is the matter with the database. Raises typer.Exit."""
    try:
        yield
    except NoDatabaseError:
        raise stop(ExitCode.PLATFORM_FAILED, words("no-database"), "make up") from None
    except AwayError as error:
        raise stop(ExitCode.PLATFORM_FAILED, words("away", address=error), "make status") from None
