"""What a log line may carry, and what it looks like."""

import json
import logging

import pytest
import structlog

from chassis.logging import MASK, SECRET_WORDS, mask_secrets, set_up_logging


@pytest.fixture(autouse=True)
def _as_it_was() -> object:
    """Leave the loggers as they were found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


@pytest.mark.parametrize("word", SECRET_WORDS)
def test_a_field_that_speaks_of_a_secret_is_masked(word: str) -> None:
    """Whatever stands before or after the word, in any case, the value does not reach the log."""
    line = mask_secrets(None, "info", {f"client_{word.upper()}_value": "canary", "event": "signed in"})
    assert "canary" not in line.values()
    assert line["event"] == "signed in"


def test_other_fields_are_left_alone() -> None:
    """Masking does not touch what helps an operator."""
    assert mask_secrets(None, "info", {"topic": "catalog.apps", "offset": 3}) == {"topic": "catalog.apps", "offset": 3}


def test_a_line_is_json_with_service_level_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Machines get one JSON object a line, with the ids bound to the motion, secrets masked."""
    set_up_logging("catalog", "json", "info")
    with structlog.contextvars.bound_contextvars(correlation="c-1"):
        structlog.get_logger("chassis.test").info("stored", token="canary")
    logging.getLogger("somebody.else").warning("watch out")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["service"], first["level"], first["event"], first["correlation"]) == (
        "catalog",
        "info",
        "stored",
        "c-1",
    )
    assert first["token"] == MASK
    assert first["timestamp"].endswith("Z")
    assert (second["event"], second["level"]) == ("watch out", "warning")


def test_a_quiet_level_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """Lines below the level an operator chose are not written."""
    set_up_logging("catalog", "console", "warning")
    structlog.get_logger("chassis.test").info("not this")
    structlog.get_logger("chassis.test").warning("but this")
    told = capsys.readouterr().err
    assert "not this" not in told
    assert "but this" in told
