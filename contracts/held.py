"""What every service tells about messages it could not handle. The bytes stay in that service's database."""

from contracts import topics
from contracts.identifiers import Code, HeldId
from contracts.noun import Sentence
from contracts.payload import Payload


class MessageHeld(Payload):
    """A message was put aside at its first failure; later ones of its key queue behind it (DESIGN, rule 8)."""

    topic = topics.HELD_MESSAGES["gateway"]

    held: HeldId
    service: Code
    from_topic: Sentence
    partition: int
    offset: int
    reason: Code
    correlation: str | None = None
