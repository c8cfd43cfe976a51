"""What every service tells about messages it could not handle. The bytes stay in that service's database.

The three share a key, so that the story of one held message is read in its order: held, perhaps held again, and then
redriven or skipped (DESIGN, rule 8).
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts import topics
from contracts.identifiers import Code, HeldId, PersonId, Sha256
from contracts.noun import Sentence
from contracts.payload import Payload
from contracts.refusals import Refusal

MessageKey = Annotated[str, StringConstraints(min_length=1, max_length=256)]
OPERATOR = "operator-on-the-machine"
"""Who wished it, when nobody was signed in at the command."""
UNREADABLE = frozenset({"too-large", "bad-envelope", "unknown-type", "wrong-topic", "bad-data"})
"""The reasons for which a message is held because it can't be read; other reasons name the fault of a handler."""
PERSON = "person"
"""Who wished it is the `person` of the event."""


class HeldEvent(Payload, family=True):
    """What the story of one held message has in common.

    `message_key` and `message_sequence` of the events are those in the message's envelope, if that was read.
    """

    topic = topics.HELD_MESSAGES["gateway"]

    held: HeldId
    service: Code
    from_topic: Sentence


class MessageHeld(HeldEvent):
    """A message was put aside because it could not be handled; later ones of its key queue behind it."""

    partition: int
    offset: int
    reason: Code
    correlation: str | None = None
    message_key: MessageKey | None = None
    message_sequence: Annotated[int, Field(ge=1)] | None = None
    attempts: Annotated[int, Field(ge=1)] = 1
    raw_key: MessageKey | None = None
    """The Kafka key as it came, of a message whose envelope could not be read: what follows under it queues behind."""


class MessageRedriven(HeldEvent):
    """A held message was handled after all, as an operator wished; those behind it follow."""

    attempts: Annotated[int, Field(ge=1)]
    by: Code
    person: PersonId | None = None
    correlation: str | None = None
    message_key: MessageKey | None = None
    message_sequence: Annotated[int, Field(ge=1)] | None = None


class MessageSkipped(HeldEvent):
    """An operator passed over a held message for ever; those behind it follow.

    `reason` is why it was held. What the operator wrote stays in the service's database; its SHA-256 is here.
    """

    reason: Code
    reason_sha256: Sha256
    by: Code
    person: PersonId | None = None
    correlation: str | None = None
    message_key: MessageKey | None = None
    message_sequence: Annotated[int, Field(ge=1)] | None = None
    fingerprint: Sha256 | None = None
    """SHA-256 of topic, key, headers and value of a message whose envelope could not be read."""


class SkippedByOperator(Refusal):
    """The message of this request could not be handled, and an operator passed over it."""

    code = "skipped-by-operator"
