"""What a failure shows of a log."""

from services.deployer.domain.doctor.last_lines import CUT, LINE_LENGTH, LINES, last_line, last_lines
from services.deployer.domain.hidden import MARK, hidden


def test_the_last_lines_are_few_and_short() -> None:
    """An event has room for so much, and a terminal takes no orders from a log."""
    log = [f"line {number}" for number in range(50)] + ["x" * 5000, "\x1b[31mred\x07", ""]
    lines = last_lines(log).split("\n")
    assert len(lines) == LINES
    assert max(map(len, lines)) == LINE_LENGTH
    assert lines[-3].endswith(CUT)
    assert last_line(log) == " [31mred "
    assert last_line(()) == last_lines(()) == ""


def test_values_of_secrets_are_hidden() -> None:
    """As they are, in base64, and as part of a line; the rest of the line stays."""
    assert (
        hidden("login s3cret-value and czNjcmV0LXZhbHVl failed", ["s3cret-value"]) == f"login {MARK} and {MARK} failed"
    )
    assert hidden("the one is in the other: abcd abc", ["abc", "abcd"]) == f"the one is in the other: {MARK} {MARK}"


def test_what_looks_like_a_password_is_hidden() -> None:
    """Nobody told us of it, and it is one all the same."""
    assert hidden("postgres://app:hunter2@db:5432/app", []) == f"postgres://app:{MARK}@db:5432/app"
    assert hidden('{"api_key": "abc", "user": "jan"}', []) == f'{{"api_key": "{MARK}", "user": "jan"}}'
    assert hidden("Authorization: Bearer abc.def", []) == f"Authorization: Bearer {MARK}"
    assert hidden("fatal: DATABASE_URL is not set", []) == "fatal: DATABASE_URL is not set"
