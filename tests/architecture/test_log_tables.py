"""Two lists that must agree: what the contracts say about topics, and the rows that the services run on."""

from collections.abc import Iterator, Mapping

from chassis.motions import Answers, Asks, Keeps, On, Table
from contracts import topics
from contracts.community.requests import ReviewSubmitted
from contracts.messages import all_messages
from contracts.topics import Topic
from infra.export.tables import services_with_a_table
from tests.architecture.source import ROOT


def disagreements(service: str, table: Table) -> Iterator[str]:
    """Where a service's table and the table of topics say different things."""
    read = {topic.name for topic in (*table.topics_read, *table.topics_heard)}
    listed = {topic.name for topic in topics.ALL if service in topic.readers}
    yield from (f"{service} reads {name}, and contracts/topics.py does not say so" for name in sorted(read - listed))
    yield from (f"contracts/topics.py says {service} reads {name}; no row does" for name in sorted(listed - read))
    kept = {row.topic.name for row in table.of(Keeps)}
    own = {topic.name for topic in topics.in_ledger_of(service)} - {topics.HELD_MESSAGES[service].name}
    yield from (f"{service} writes {name} and has no Keeps row for it" for name in sorted(own - kept))
    yield from (f"{service} keeps {name}, which is another's" for name in sorted(kept - own))


def without_a_writer(messages: Mapping[str, Topic], tables: Mapping[str, Table]) -> list[str]:
    """The messages on a topic that its writer, when it has a table, does not keep."""
    kept = {row.topic.name for table in tables.values() for row in table.of(Keeps)}
    kept |= {topic.name for topic in topics.HELD_MESSAGES.values()}
    kept |= {topic.name for topic in topics.ALL if not topic.ledger}
    return [name for name, topic in messages.items() if topic.writer in tables and topic.name not in kept]


def without_a_reader(tables: Mapping[str, Table]) -> list[str]:
    """The messages that no row of any service takes, on topics that are said to be read."""
    handled = {row.message for table in tables.values() for row in table.of(On)}
    handled |= {row.message for table in tables.values() for row in table.of(Answers)}
    projected = {topic.name for table in tables.values() for topic in table.topics_read}
    projected |= {row.message.answered_on.name for table in tables.values() for row in table.of(Asks)}
    return [
        name
        for name, message in all_messages().items()
        if message.topic.readers
        and all(reader in tables for reader in message.topic.readers)
        and message not in handled
        and message.topic.name not in projected
    ]


def tables() -> dict[str, Table]:
    """The services that have a table."""
    return dict(services_with_a_table(ROOT))


def test_topics_and_rows_agree() -> None:
    """Each service reads what the table of topics says, keeps every topic it writes, and no other."""
    assert [fault for service, table in tables().items() for fault in disagreements(service, table)] == []


def test_every_message_has_a_writer_and_a_reader() -> None:
    """Every message is on a topic its writer keeps, and somebody takes it unless it is for outside only."""
    assert without_a_writer({name: message.topic for name, message in all_messages().items()}, tables()) == []
    assert without_a_reader(tables()) == []


def test_a_row_too_few_or_too_many_is_caught() -> None:
    """The rule sees a topic read in secret, a reader without a row, and a topic nobody or the wrong one keeps."""

    async def listen(_event: object, _world: object) -> None: ...

    found = list(disagreements("catalog", Table((On(ReviewSubmitted, listen), Keeps(topics.REVIEWS)))))
    assert found == [
        "catalog reads gateway.review-requests, and contracts/topics.py does not say so",
        "catalog writes catalog.apps and has no Keeps row for it",
        "catalog keeps community.reviews, which is another's",
    ]
    assert "contracts/topics.py says community reads catalog.apps; no row does" in list(
        disagreements("community", Table(()))
    )
    assert without_a_writer({"x": topics.APPS}, {"catalog": Table(())}) == ["x"]
    nobody = {service: Table(()) for service in topics.SERVICES}
    assert "nl.appstore.app.published.v1" in without_a_reader(nobody)
