"""The two things a use case may answer besides doing its work, and what the chassis itself can fail at.

    ChassisError
    ├── NotNow          try again later, nobody's fault
    │   ├── NotKnownYet wait until something about that key arrives
    │   └── NotLeading  another replica has the lease
    ├── Conflict        somebody else wrote first: read again, at once
    ├── EpochChanged    the log was replaced under this process: start again
    └── LedgerShort     this database is an older copy: it has to be restored first

Anything else that leaves a use case means: hold the message.
"""

from datetime import datetime

from contracts.topics import Topic


class ChassisError(Exception):
    """Base of what the chassis raises and understands."""


class NotNow(ChassisError):  # noqa: N818 - reads as the answer it is
    """The work can't be done at this moment and will be tried again; the message says why."""


class NotKnownYet(NotNow):
    """The message is about something this service has not heard of: it waits for a message with `key` on `topic`."""

    def __init__(self, topic: Topic, key: str, until: datetime | None = None) -> None:
        """`until` is the deadline when the waiting message names none itself."""
        super().__init__(f"{topic.name}/{key} is not known yet")
        self.topic = topic
        self.key = key
        self.until = until


class NotLeading(NotNow):
    """This is the work of the replica that leads, and another one does."""

    def __init__(self) -> None:
        super().__init__("another replica leads")


class Conflict(ChassisError):  # noqa: N818 - reads as the answer it is
    """Another transaction wrote the same thing first."""


class EpochChanged(ChassisError):  # noqa: N818 - reads as the answer it is
    """The broker's cluster id is another than at start: offsets mean nothing any more."""


class LedgerShort(ChassisError):  # noqa: N818 - reads as the answer it is
    """The topics of a service hold more than its ledger; the text says what, and the command that helps."""

    def __init__(self, service: str, why: str) -> None:
        super().__init__(f"this database is an older copy: {why}. Run: appstore ledger restore {service}")
