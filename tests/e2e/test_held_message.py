"""A message that nobody can read stops nobody, and an operator sees exactly what came."""

import base64
import json
import sys
from typing import Any

import pytest

from infra.local.stack import Stack
from tests.e2e.bare_kafka import send
from tests.e2e.command import APPSTORE, Finished, run
from tests.e2e.eventually import eventually
from tests.e2e.ledgers import Ledgers
from tests.e2e.person import Person

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

BROKEN = b'{"broken'
TOPIC = "gateway.evidence-requests"
"""Two services read it: compliance, which answers, and the gateway's read models."""


async def held(stack: Stack, *arguments: str) -> Finished:
    """Run `appstore held …` as an operator of this stack does."""
    environment = {"APPSTORE_MONGO": stack.mongo, "APPSTORE_LANG": "en", "COLUMNS": "200"}
    return await run(str(APPSTORE), "held", *arguments, environment=environment)


async def status(stack: Stack) -> dict[str, Any]:
    """What `make status` says, as JSON."""
    command = (sys.executable, "-m", "infra.local.status", "--home", str(stack.home.root), "-o", "json")
    found: dict[str, Any] = (await run(*command, environment={})).json
    return found


async def test_raw_bytes_are_held_whole_and_the_next_message_is_handled(
    stack: Stack, cato: Person, ledgers: Ledgers
) -> None:
    """After raw bytes on a topic the next message is handled within 5 s; bytes, reason and count are shown."""
    partition, offset = await send(stack.kafka, TOPIC, BROKEN, key=b"nobody")

    fact = {"value": True, "source": {"uri": "https://git.example.org/app", "seen": "2026-11-24"}}
    added = await cato.store.apps.add_evidence("qdrant", "1.18.3", kind="aiDisclosure", fact=fact)
    await cato.ended(added, within=5)

    await eventually(
        lambda: held(stack, "list", "compliance", "-o", "json"), lambda seen: seen.json["items"], 5, "held"
    )
    listed = (await held(stack, "list", "compliance", "-o", "json")).json["items"]
    assert [(one["topic"], one["key"], one["reason"], one["queuedBehind"]) for one in listed] == [
        (TOPIC, "nobody", "bad-envelope", 0)
    ]

    shown = await held(stack, "show", "compliance", listed[0]["id"])
    assert shown.code == 0, shown.said
    assert '{"broken' in shown.out
    assert "7b 22 62 72 6f 6b 65 6e" in shown.out
    assert "bad-envelope" in shown.out
    assert "redrive" in shown.out
    whole = (await held(stack, "show", "compliance", listed[0]["id"], "-o", "json")).json
    assert base64.b64decode(whole["valueBase64"]) == BROKEN
    assert (whole["partition"], whole["offset"]) == (partition, offset)

    everywhere = (await held(stack, "list", "--all", "-o", "json")).json["items"]
    assert {(one["service"], one["topic"]) for one in everywhere} == {("compliance", TOPIC), ("gateway", TOPIC)}
    parts = (await status(stack))["parts"]
    counted = {name: part["figures"]["held"] for name, part in parts.items() if part["figures"]}
    assert counted == {"catalog": 0, "compliance": 1, "deployer": 0, "community": 0, "gateway": 1}
    told = [event for event in ledgers.events("compliance") if event["topic"] == "compliance.held-messages"]
    assert [event["data"]["reason"] for event in told] == ["bad-envelope"]
    assert BROKEN.decode() not in json.dumps(told)


async def test_what_is_skipped_is_gone_and_what_is_redriven_may_fail_again(stack: Stack, ledgers: Ledgers) -> None:
    """The services do what the operator marks while they run; both say what became of it, and a skip is told once."""
    [item] = (await held(stack, "list", "compliance", "-o", "json")).json["items"]
    again = await held(stack, "redrive", "compliance", item["id"])
    assert (again.code, "failed again: bad-envelope" in again.err) == (7, True), again.said
    for service in ("compliance", "gateway"):
        items = (await held(stack, "list", service, "-o", "json")).json["items"]
        for one in items:
            done = await held(stack, "skip", service, one["id"], "--reason", "noise of a test", "--yes")
            assert done.code == 0, done.said
    assert (await held(stack, "list", "--all", "-o", "json")).json["items"] == []
    told = [event["data"] for event in ledgers.events("compliance") if event["topic"] == "compliance.held-messages"]
    assert [(one.get("attempts"), one.get("by")) for one in told] == [
        (1, None),
        (2, None),
        (None, "operator-on-the-machine"),
    ]
    assert "noise of a test" not in json.dumps(told)


async def test_the_same_bytes_again_are_held_once(stack: Stack, ledgers: Ledgers) -> None:
    """Bytes without an envelope have no sequence: they are told apart by their hash, so a repeat is not held twice."""
    topic = "community.reviews"
    await send(stack.kafka, topic, b"\xff\xfe", key=None)
    await send(stack.kafka, topic, b"\xff\xfe", key=None)
    partition, _ = await send(stack.kafka, topic, b"\xff\xfd", key=None)

    async def there() -> list[Any]:
        return [one for one in ledgers.held("gateway") if one["topic"] == topic]

    found = await eventually(there, lambda seen: any(one["value"].endswith(b"\xfd") for one in seen), 5, "held")
    assert len(found) == 2
    shown = await held(stack, "show", "gateway", found[0]["held"])
    assert "(none)" in shown.out
    assert partition in range(4)


async def test_an_operator_is_told_what_is_wrong(stack: Stack) -> None:
    """A service or an id that does not exist has an exit code and a next command."""
    for arguments, code in (
        (("list",), 2),
        (("list", "nobody"), 2),
        (("show", "catalog", "01900000-0000-7000-8000-000000000000"), 5),
    ):
        refused = await held(stack, *arguments)
        assert (refused.code, "Next: appstore held list" in refused.err) == (code, True), refused.said
