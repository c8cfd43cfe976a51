"""Every topic on the log, once: who writes it, what its key is, how long it is kept, and who reads it.

One writer per topic (DESIGN, rule 1). A partition count never changes in place: a new version of the topic is filled
from the ledger. The local stack and Kafka's access lists are made from this table; a test holds `readers` against
the services' handlers.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

PARTITIONS = int(os.environ.get("APPSTORE_PARTITIONS", "4"))
"""How many partitions each topic of this installation has, for ever. Chosen before the first event is recorded: every
ledger names partitions. The embedded broker makes 4 of a missing topic, so 4 it is unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `key` is the payload's field that becomes the Kafka key; `retention_ms` None keeps for ever.

    What is on a topic with `ledger` False stands in no ledger: its messages are not numbered (`sequence` is always 1),
    their writer sends them again for as long as they matter, and a reader keeps no cursor for them.
    """

    subject: str
    writer: str
    aggregate: str
    key: str
    readers: tuple[str, ...]
    version: int = 1
    partitions: int = PARTITIONS
    retention_ms: int | None = None
    compacted: bool = False
    ledger: bool = True

    @property
    def name(self) -> str:
        """Name on the broker: `<writer>.<subject>`, from the second version on with `.v2`."""
        base = f"{self.writer}.{self.subject}"
        return base if self.version == 1 else f"{base}.v{self.version}"

    def partition_of(self, key: str) -> int:
        """The partition of a key. The writer chooses it, so every reader and every refill agree on it."""
        return crc32(key.encode()) % self.partitions


APPS = Topic("apps", "catalog", "app", "app", ("compliance", "deployer", "community", "gateway"))
RULES = Topic("rules", "compliance", "rule", "rule", ("gateway",))
VERDICTS = Topic("verdicts", "compliance", "verdict", "subject", ("gateway",))
EVIDENCE = Topic("evidence", "compliance", "evidence", "evidence", ("gateway",))
DECISIONS = Topic("decisions", "compliance", "decision", "deployment", ("deployer", "gateway"))
DEPLOYMENTS = Topic("deployments", "deployer", "deployment", "deployment", ("community", "gateway"))
CLUSTERS = Topic("clusters", "deployer", "cluster", "cluster", ("compliance", "gateway"))
SEALING_KEYS = Topic("sealing-keys", "deployer", "sealing-key", "cluster", ("gateway",))
SECRETS = Topic("secrets", "deployer", "secret", "secret", ("gateway",))
REVIEWS = Topic("reviews", "community", "review", "review", ("gateway",))
DEPLOYMENT_REQUESTS = Topic(
    "deployment-requests",
    "gateway",
    "deployment-request",
    "deployment",
    ("compliance", "deployer", "gateway"),
)
EVIDENCE_REQUESTS = Topic("evidence-requests", "gateway", "evidence-request", "evidence", ("compliance", "gateway"))
REVIEW_REQUESTS = Topic("review-requests", "gateway", "review-request", "review", ("community", "gateway"))
SIGN_INS = Topic("sign-ins", "gateway", "sign-in", "sign_in", ("gateway",))
SEALED_SECRETS = Topic(
    "sealed-secrets",
    "gateway",
    "sealed-secret",
    "deployment",
    ("deployer",),
    retention_ms=10 * 60 * 1000,
    ledger=False,
)
QUESTIONS = Topic(
    "questions", "gateway", "question", "question", ("deployer",), retention_ms=10 * 60 * 1000, ledger=False
)
PEOPLE = Topic("people", "gateway", "person", "person", ("gateway",))
PERSON_KEYS = Topic("person-keys", "gateway", "person-key", "person", (), compacted=True, ledger=False)

SERVICES = ("catalog", "compliance", "deployer", "community", "gateway")
HELD_MESSAGES = {service: Topic("held-messages", service, "held-message", "held", ("gateway",)) for service in SERVICES}
ANSWERS = {
    service: Topic("answers", service, "answer", "question", ("gateway",), retention_ms=10 * 60 * 1000, ledger=False)
    for service in QUESTIONS.readers
}

ALL: tuple[Topic, ...] = (
    APPS,
    RULES,
    VERDICTS,
    EVIDENCE,
    DECISIONS,
    DEPLOYMENTS,
    CLUSTERS,
    SEALING_KEYS,
    SECRETS,
    REVIEWS,
    DEPLOYMENT_REQUESTS,
    EVIDENCE_REQUESTS,
    REVIEW_REQUESTS,
    SIGN_INS,
    SEALED_SECRETS,
    PEOPLE,
    PERSON_KEYS,
    QUESTIONS,
    *ANSWERS.values(),
    *HELD_MESSAGES.values(),
)


IN_LEDGERS: tuple[Topic, ...] = tuple(topic for topic in ALL if topic.ledger)
"""What people follow and read models are made of: every topic that some ledger holds whole."""


def written_by(service: str) -> Iterator[Topic]:
    """The topics one service writes."""
    return (topic for topic in ALL if topic.writer == service)


def in_ledger_of(service: str) -> Iterator[Topic]:
    """The topics that one service writes and its ledger holds."""
    return (topic for topic in IN_LEDGERS if topic.writer == service)


def named(name: str) -> Topic:
    """The topic with this name on the broker. Raises KeyError when there is none."""
    for topic in ALL:
        if topic.name == name:
            return topic
    raise KeyError(name)
