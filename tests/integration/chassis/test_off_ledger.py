"""Topics outside every ledger, on a real broker: handled without a place, let go when that fails, never held."""

from typing import Any

import pytest

from chassis.clock import SystemClock
from chassis.errors import NotKnownYet
from chassis.handle import Outcome
from chassis.ledger import Motion, Writer, new_id
from chassis.mongo import Database
from chassis.motions import Lineage, On
from chassis.off_ledger import OffLedger, message_of
from chassis.publish import Publisher
from chassis.wire import RawMessage
from contracts import topics
from contracts.deployments.environment import Environment
from contracts.deployments.secrets import SecretSealed
from contracts.envelope import Context, Event
from tests.e2e.bare_kafka import read_all
from tests.fakes.chassis_messages import OIN
from tests.fakes.chassis_processes import BrokerProcess
from tests.fakes.chassis_service import Parts
from tests.fakes.published import Published

pytestmark = pytest.mark.integration
WRITER = Writer("gateway", new_id(), OIN, {}, SystemClock())


def a_message(parameter: str = "password", value: bytes | None = None) -> RawMessage:
    """A sealed secret as it arrives; `value` in place of what was sent."""
    place = Environment(name="test", team=new_id(), cluster=new_id(), namespace="team-test")
    payload = SecretSealed(
        secret=new_id(),
        deployment=new_id(),
        parameter=parameter,
        environment=place,
        sealing_key=new_id(),
        sealed="AAAA",
    )
    made = message_of(payload, WRITER, Lineage(new_id()))
    headers = tuple((name, content.encode()) for name, content in made["headers"])
    return RawMessage(
        made["topic"], made["partition"], 0, made["key"].encode(), value or made["value"], headers, "epoch"
    )


async def take(event: Event[Any], motion: Motion) -> None:
    """Keep it, or fail as its parameter says."""
    if event.data.parameter == "unlucky":
        raise ValueError(event.data.parameter)
    if event.data.parameter == "early":
        raise NotKnownYet(topics.APPS, new_id())
    await motion.collection("taken").put(new_id(), {"parameter": event.data.parameter})


async def listening(database: Database) -> Parts:
    """A deployer with this one row."""
    return await Parts("deployer", (On(SecretSealed, take),), database, Published(), SystemClock()).memory()


async def test_each_delivery_is_handled_and_none_has_a_place(database: Database) -> None:
    """The same message twice is handled twice: its use case says what a repeat means. No cursor is stored."""
    parts, message = await listening(database), a_message()
    assert [await parts.handle(message) for _ in range(2)] == [Outcome.HANDLED, Outcome.HANDLED]
    assert await database.collection("taken").count_documents({}) == 2
    assert await database.collection("cursors").count_documents({}) == 0


async def test_what_fails_is_let_go(database: Database) -> None:
    """Broken JSON, an envelope that is none, a use case that fails, something unheard of: none is held, none waits."""
    parts = await listening(database)
    broken = a_message(value=b'{"secret": "')
    nothing = RawMessage(broken.topic, 0, 0, b"k", b"v", (), "epoch")
    for message in (broken, nothing, a_message("unlucky"), a_message("early")):
        assert await parts.handle(message) is Outcome.LET_GO
    for collection in ("held", "waiting", "ledger", "taken"):
        assert await database.collection(collection).count_documents({}) == 0


async def test_the_wire_format_is_the_same(broker: BrokerProcess) -> None:
    """A message and a tombstone carry the whole envelope; their sequence is always 1."""
    voice = OffLedger(WRITER, Publisher(broker.bootstrap))
    place = Environment(name="test", team=new_id(), cluster=new_id(), namespace="team-test")
    payload = SecretSealed(
        secret=new_id(),
        deployment=new_id(),
        parameter="password",
        environment=place,
        sealing_key=new_id(),
        sealed="AAAA",
    )
    await voice.send(payload)
    await voice.send(payload)
    await voice.forget(payload)
    await voice.close()
    messages = await read_all(broker.bootstrap, [topics.SEALED_SECRETS.name])
    assert [bool(message.value) for message in messages] == [True, True, False]
    for message in messages:
        context = Context.from_headers((name, value.encode()) for name, value in message.headers.items())
        assert (context.number, context.subject.encode()) == (1, message.key)
