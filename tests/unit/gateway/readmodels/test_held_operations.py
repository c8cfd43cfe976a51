"""An operation says that it is held while a message of it, or one its request queues behind, waits for an operator."""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from contracts import topics
from contracts.held import MessageHeld, MessageRedriven, MessageSkipped
from services.gateway.accept.operation import ANSWERED_BY, REQUESTED_ON, Kind, Operation, standing_of
from tests.fakes.gateway_events import an_id
from tests.fakes.gateway_read import ReadModelsInMemory

OPERATION, SUBJECT, OTHER = an_id(1), an_id(2), an_id(3)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def operation(kind: Kind, generation: int = 1) -> Operation:
    """Something that was asked for and has no answer."""
    return Operation(OPERATION, kind, SUBJECT, generation, an_id(4), "an-app", "1.0", an_id(5), None, None, NOW)


def held(**about: Any) -> MessageHeld:
    """A message that compliance holds."""
    common: dict[str, Any] = {"held": an_id(9), "service": "compliance", "partition": 0, "offset": 1}
    return MessageHeld(**common | {"from_topic": topics.DECISIONS.name, "reason": "bad-data"} | about)


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_every_kind_of_operation_is_held_and_goes_on(kind: Kind) -> None:
    """Held by the correlation of the message; what was redriven or skipped leaves it open for its real end."""
    for after in (
        MessageRedriven(held=an_id(9), service="compliance", from_topic="a.b", attempts=2, by="person"),
        MessageSkipped(
            held=an_id(9),
            service="compliance",
            from_topic="a.b",
            reason="bad-data",
            reason_sha256="0" * 64,
            by="person",
        ),
    ):
        models = ReadModelsInMemory()
        before = (await standing_of(operation(kind), models)).status
        models.tell(held(correlation=OPERATION))
        assert (await standing_of(operation(kind), models)).status == "held"
        models.tell(after)
        assert (await standing_of(operation(kind), models)).status == before != "held"
        models.tell(held(correlation=OPERATION, attempts=2))
        assert (await standing_of(operation(kind), models)).status == "held"


async def test_a_request_behind_a_held_one_is_held_too() -> None:
    """A removal queues behind a held request of the same deployment; an earlier one and another deployment do not."""
    place = {"from_topic": topics.DEPLOYMENT_REQUESTS.name, "message_sequence": 2, "correlation": OTHER}
    models = ReadModelsInMemory()
    models.tell(held(**place, message_key=SUBJECT))
    found = [(await standing_of(operation("remove", number), models)).status for number in (1, 2, 3)]
    assert [status == "held" for status in found] == [False, True, True]
    models = ReadModelsInMemory()
    models.tell(held(**place, message_key=OTHER))
    assert (await standing_of(operation("remove", 3), models)).status != "held"


async def test_a_message_nobody_could_read_holds_no_operation() -> None:
    """Bytes without an envelope belong to no operation."""
    models = ReadModelsInMemory()
    models.tell(held())
    assert (await standing_of(operation("deploy"), models)).status == "accepted"


async def test_what_queues_behind_bytes_that_nobody_could_read_is_held() -> None:
    """Bytes have no number, so they hold what nobody has begun with under their key; another key is none of theirs."""
    models = ReadModelsInMemory()
    models.tell(held(from_topic=topics.DEPLOYMENT_REQUESTS.name, reason="bad-envelope", raw_key=SUBJECT))
    assert (await standing_of(operation("scale", 3), models)).status == "held"
    models = ReadModelsInMemory()
    models.tell(held(from_topic=topics.DEPLOYMENT_REQUESTS.name, reason="bad-envelope", raw_key=OTHER))
    assert (await standing_of(operation("scale", 3), models)).status == "accepted"


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_a_request_that_its_owner_could_not_read_ends_when_it_is_skipped(kind: Kind) -> None:
    """Nobody answers bytes that nobody read, so the operation ends here; skipped by another service it stays open."""
    topic = REQUESTED_ON.get(kind, topics.DEPLOYMENT_REQUESTS).name
    owner = ANSWERED_BY[topic]
    about: dict[str, Any] = {"held": an_id(9), "from_topic": topic, "message_key": SUBJECT, "message_sequence": 1}
    skipped = MessageSkipped(**about, service=owner, reason="bad-data", reason_sha256="0" * 64, by="person")
    models = ReadModelsInMemory()
    models.tell(skipped.model_copy(update={"service": "gateway"}))
    assert not (await standing_of(operation(kind), models)).ended
    models.tell(skipped)
    standing = await standing_of(operation(kind), models)
    assert (standing.ended, standing.status in {"failed", "rejected"}) == (True, True)
    assert not (await standing_of(operation(kind, 2), models)).ended
