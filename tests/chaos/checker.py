"""What must be true after chaos: nothing lost, nothing doubled, each key in its order, one truth everywhere.

Each check gives the sentences that are not true. It compares five things that nobody made alike: what the people were
answered, the ledgers, the log as any Kafka client reads it, the objects in the cluster, and the read models.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from contracts import topics
from contracts.deployments.events import FINAL
from tests.chaos.load import Asked
from tests.e2e.bare_kafka import Message
from tests.e2e.ledgers import Document, Ledgers

FINAL_TYPES = {kind.type_name() for kind in FINAL}
REQUESTS = topics.DEPLOYMENT_REQUESTS.name


def what_is_wrong_with_requests(asked: Asked, ledgers: Ledgers) -> Iterator[str]:
    """Each accepted request is one event, and each of its generations has one final event."""
    requests = ledgers.events("gateway", {"topic": REQUESTS})
    recorded = Counter(one["ce_correlationid"] for one in requests)
    accepted = Counter(operation for operations in asked.operations.values() for operation in operations)
    for operation in accepted:
        if recorded[operation] != 1:
            yield f"operation {operation} was accepted and recorded {recorded[operation]} times"
    for operation in recorded.keys() - accepted.keys():
        yield f"operation {operation} was recorded and nobody was told"
    finals = Counter((one["key"], int(one["ce_generation"])) for one in _finals(ledgers))
    for one in requests:
        found = finals[one["key"], one["sequence"]]
        if found != 1:
            yield f"generation {one['sequence']} of {one['key']} has {found} final events"


def what_is_wrong_with_the_log(messages: list[Message], ledgers: Ledgers) -> Iterator[str]:
    """Every ledger's events are on the log; each key's sequences first appear as 1, 2, 3 …; repeats are the same."""
    seen: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for message in messages:
        key, number, event = (
            (message.key or b"").decode(),
            int(message.headers["ce_sequence"]),
            message.headers["ce_id"],
        )
        known = seen[message.topic, key]
        if number in known:
            if known[number] != event:
                yield f"{message.topic}/{key}/{number} stands for two events"
        elif number != len(known) + 1:
            yield f"{message.topic}/{key}: {number} came after {len(known)}"
        else:
            known[number] = event
    for service in topics.SERVICES:
        for one in ledgers.events(service):
            if seen[one["topic"], one["key"]].get(one["sequence"]) != one["ce_id"]:
                yield f"{one['topic']}/{one['key']}/{one['sequence']} is in the ledger and not on the log"


def what_is_wrong_with_effects(ledgers: Ledgers) -> Iterator[str]:
    """No message had its effect twice: no two events of a service name the same cause and are of the same type."""
    for service in topics.SERVICES:
        effects = Counter(
            (one["ce_cause"], one["ce_type"], one["key"]) for one in ledgers.events(service) if "ce_cause" in one
        )
        for (cause, kind, key), count in effects.items():
            if count > 1:
                yield f"{service} answered {cause} with {kind} about {key} {count} times"


def what_is_left_over(ledgers: Ledgers) -> Iterator[str]:
    """Nothing is held, nothing waits, and every event is marked as published."""
    for service in topics.SERVICES:
        for one in ledgers.held(service):
            yield f"{service} holds {one['topic']}/{one['key_text']}: {one['reason']} {one['detail']}"
        for name, query in (("waiting", {}), ("ledger", {"unpublished": True})):
            count = ledgers.collection(service, name).count_documents(query)
            if count:
                yield f"{service} has {count} left in {name}"


def what_is_wrong_with_the_cluster(asked: Asked, ledgers: Ledgers) -> Iterator[str]:
    """What was removed is gone, what was not stands with as many pods as were asked for, and nothing else is there.

    A request that ended otherwise than as asked leaves what was before it; how many did, `how_they_ended` tells.
    """
    wanted = dict(_wanted(ledgers))
    found = {
        one["metadata"]["labels"]["appstore.nl/deployment"]: one["spec"]["replicas"]
        for one in ledgers.sandbox_objects()
        if one["kind"] == "Deployment"
    }
    for deployment in wanted.keys() | found.keys():
        if wanted.get(deployment) != found.get(deployment):
            yield f"{deployment} should have {wanted.get(deployment)} replicas and has {found.get(deployment)}"
    for how, count in how_they_ended(ledgers).items():
        if how.startswith(("failed", "rolled-back")):
            yield f"{count} requests ended {how}, and there is room for all"
    for deployment in set(asked.deployments.values()) - {one["key"] for one in _finals(ledgers)}:
        yield f"{deployment} was never answered"


def how_they_ended(ledgers: Ledgers) -> Counter[str]:
    """How many requests ended how: the name of the final event, and why."""
    return Counter(_how(final) for final in _finals(ledgers))


def _how(final: Document) -> str:
    name, data = final["ce_type"].split(".")[-2], final["data"]
    return " ".join(filter(None, (name, data.get("outcome"), data.get("cause"))))


def _wanted(ledgers: Ledgers) -> Iterator[tuple[str, int]]:
    ends = {(one["key"], int(one["ce_generation"])): _how(one) for one in _finals(ledgers)}
    standing: dict[str, int] = {}
    for one in ledgers.events("gateway", {"topic": REQUESTS}):
        how = ends.get((one["key"], one["sequence"]))
        if how == "succeeded":
            standing[one["key"]] = int(one["data"].get("replicas") or 1)
        elif how == "removed":
            standing.pop(one["key"], None)
    yield from standing.items()


def _finals(ledgers: Ledgers) -> list[dict[str, Any]]:
    return [one for one in ledgers.events("deployer") if one["ce_type"] in FINAL_TYPES]
