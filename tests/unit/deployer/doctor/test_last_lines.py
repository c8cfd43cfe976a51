"""What a failure shows of a log."""

import base64
import json

from services.deployer.domain.difference import as_text
from services.deployer.domain.doctor.last_lines import LINE_LENGTH, LINES, last_line, last_lines
from services.deployer.domain.hidden import CUT, MARK, hidden


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


def test_a_value_that_was_cut_off_is_hidden() -> None:
    """What is left of it at the end of a line is hidden, in every form; a few characters are no value."""
    value = "S3cr3tKeyMaterial" * 10
    assert hidden(str(as_text(f"key {value}")), [value]) == f"key {MARK}…"
    assert hidden(str(as_text([f"--key={value}"])), [value]) == f'["--key={MARK}…'
    assert hidden(f"key {value[:30]}\nnext", [value]) == f"key {MARK}\nnext"
    assert hidden("y" * 100 + base64.b64encode(value.encode()).decode()[:19], [value]) == "y" * 100 + MARK
    assert hidden("it ends with S3cr3t", [value]) == f"it ends with {MARK}"
    assert hidden("it ends with S3cr3", [value]) == "it ends with S3cr3"
    assert hidden("S3cr3t stands before the end", [value]) == "S3cr3t stands before the end"


def test_a_value_inside_json_is_hidden() -> None:
    """With its quotes and line ends escaped, and with signs that are not ASCII in either way."""
    value = 'pa"ss\nwörd'
    assert hidden(str(as_text([f"--key={value}"])), [value]) == f'["--key={MARK}"]'
    assert hidden(json.dumps({"key": value}), [value]) == f'{{"key": "{MARK}"}}'


def test_what_looks_like_a_password_is_hidden() -> None:
    """Nobody told us of it, and it is one all the same."""
    assert hidden("postgres://app:hunter2@db:5432/app", []) == f"postgres://app:{MARK}@db:5432/app"
    assert hidden('{"api_key": "abc", "user": "jan"}', []) == f'{{"api_key": "{MARK}", "user": "jan"}}'
    assert hidden("Authorization: Bearer abc.def", []) == f"Authorization: Bearer {MARK}"
    assert hidden("fatal: DATABASE_URL is not set", []) == "fatal: DATABASE_URL is not set"
