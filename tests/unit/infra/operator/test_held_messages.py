"""What an operator reads of a held message."""

import base64
from datetime import UTC, datetime

import pytest

from infra.operator.held_messages import HeldMessage, hexdump, readable
from infra.operator.words import _texts, words


def a_message(key: bytes | None, value: bytes) -> HeldMessage:
    """A message that compliance holds."""
    return HeldMessage(
        id="019ab000-0000-7000-8000-000000000001",
        service="compliance",
        topic="gateway.evidence-requests",
        partition=3,
        offset=17,
        epoch="e",
        key=key,
        reason="bad-envelope",
        detail="attribute id: Field required",
        status="held",
        since=datetime(2026, 11, 24, 8, 30, tzinfo=UTC),
        behind=2,
        headers=(("ce_id", b"\xff"),),
        value=value,
    )


def test_a_hexdump_shows_every_byte() -> None:
    """Sixteen bytes a line, with their offset and the signs that can be printed."""
    assert list(hexdump(b'{"broken' + bytes(range(10)))) == [
        '00000000  7b 22 62 72 6f 6b 65 6e 00 01 02 03 04 05 06 07  |{"broken........|',
        "00000010  08 09                                            |..|",
    ]


def test_bytes_that_are_no_text_are_not_shown_as_text() -> None:
    """What is not UTF-8 has no text; its digits are shown instead."""
    assert readable(b"caf\xc3\xa9") == "café"
    assert readable(b"\xff\xfe") is None
    assert a_message(b"\xff\xfe", b"").key_text == "fffe"
    assert a_message(None, b"").key_text is None


def test_programs_get_the_exact_bytes() -> None:
    """As JSON, key, headers and value are base64, so nothing of them is lost."""
    whole = a_message(b"\xff\x00", b'{"broken').whole()
    assert base64.b64decode(whole["valueBase64"]) == b'{"broken'
    assert base64.b64decode(whole["keyBase64"]) == b"\xff\x00"
    assert base64.b64decode(whole["headers"][0]["valueBase64"]) == b"\xff"
    assert (whole["since"], whole["queuedBehind"]) == ("2026-11-24T08:30:00Z", 2)


def test_every_text_is_there_in_both_languages() -> None:
    """Dutch and English have the same texts."""

    def keys(texts: dict[str, object]) -> set[str]:
        inside = {f"{name}.{inner}" for name, value in texts.items() if isinstance(value, dict) for inner in value}
        return inside | {name for name, value in texts.items() if isinstance(value, str)}

    assert keys(_texts("nl")) == keys(_texts("en"))


def test_a_text_speaks_the_language_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """APPSTORE_LANG chooses, as for every other command."""
    monkeypatch.setenv("APPSTORE_LANG", "nl")
    assert words("column.service") == "dienst"
    monkeypatch.setenv("APPSTORE_LANG", "en")
    assert words("column.service") == "service"
