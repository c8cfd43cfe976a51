"""Every message there is, so that a reader knows each type on a topic, also those it does nothing with."""

from contracts.payload import Payload


def all_messages() -> dict[str, type[Payload]]:
    """CloudEvents type → class."""
    return dict(Payload.registry)
