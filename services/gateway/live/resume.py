"""The id of a server-sent event: the log's epoch and the offsets reached, so that a client can go on where it was.

`<epoch>.<offset>-<offset>-…` in base 36, over all partitions in their order. It says nothing about what the stream
shows, so it means the same at every replica.
"""

from chassis.kafka import Partition

Positions = dict[Partition, int]
"""Offset after the last event heard, per partition."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LONGEST = 4000


def write_position(epoch: str, positions: Positions) -> str:
    """The id for these positions."""
    return f"{epoch}.{'-'.join(_base36(positions[place]) for place in sorted(positions))}"


def read_position(text: str, epoch: str, known: Positions) -> Positions | None:
    """The positions in an id; None when it is of another epoch or not one of ours."""
    its_epoch, _, offsets = text.rpartition(".")
    if len(text) > LONGEST or its_epoch != epoch:
        return None
    parts = offsets.split("-")
    places = sorted(known)
    if len(parts) != len(places) or not all(part and set(part) <= set(_DIGITS) for part in parts):
        return None
    return {place: int(part, 36) for place, part in zip(places, parts, strict=True)}


def furthest(one: Positions, other: Positions) -> Positions:
    """The later offset of each partition."""
    return {place: max(offset, other.get(place, 0)) for place, offset in one.items()}


def _base36(number: int) -> str:
    text = ""
    while True:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
        if number == 0:
            return text
