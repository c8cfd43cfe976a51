"""The tables people read, made from what the programs run on: topics, choreography, and each service's rows."""

import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import contracts.deployments.events
from chassis.motions import Answers, Asks, Every, Keeps, On, Project, React, Restored, Row, Table, Watch
from contracts import topics
from contracts.messages import all_messages
from infra.export.schemas import topics_of


def topics_as_data() -> list[dict[str, Any]]:
    """Every topic, for a program that makes them or their access lists."""
    return [
        {
            "name": topic.name, "writer": topic.writer, "aggregate": topic.aggregate, "key": topic.key,
            "readers": sorted(topic.readers), "version": topic.version, "partitions": topic.partitions,
            "retentionMs": topic.retention_ms, "compacted": topic.compacted,
            "types": sorted(name for name, message in all_messages().items() if topic.name in topics_of(message)),
        }
        for topic in topics.ALL
    ]  # fmt: skip


def topics_table() -> str:
    """Every topic, for a person."""
    rows = [
        (
            f"`{topic['name']}`",
            f"`{topic['key']}`",
            str(topic["partitions"]),
            _kept(topic),
            ", ".join(topic["readers"]) or "nobody yet",
            ", ".join(all_messages()[name].__name__ for name in topic["types"]),
        )
        for topic in topics_as_data()
    ]
    return markdown(("topic", "key", "partitions", "kept", "read by", "messages"), rows)


def _kept(topic: dict[str, Any]) -> str:
    if topic["compacted"]:
        return "newest per key"
    return "for ever" if topic["retentionMs"] is None else f"{topic['retentionMs'] // 1000} s"


def choreography() -> str:
    """The numbered table of a deployment, as it stands where its events are declared."""
    text = contracts.deployments.events.__doc__ or ""
    return "\n".join(line for line in text.splitlines() if line.startswith("|"))


def services_with_a_table(root: Path) -> Iterator[tuple[str, Table]]:
    """The services that have handlers, with their rows, in the order requests meet them."""
    for service in topics.SERVICES:
        if (root / "services" / service / "handlers.py").exists():
            handlers = importlib.import_module(f"services.{service}.handlers")
            yield service, Table(tuple(handlers.MOTIONS))


def services_page(root: Path) -> str:
    """What sets each service in motion and what it tells."""
    parts = ["# What sets each service in motion", "", "Made from each service's `handlers.py` by `infra.export`."]
    for service, table in services_with_a_table(root):
        written = ", ".join(f"`{topic.name}`" for topic in topics.written_by(service))
        read = ", ".join(f"`{topic.name}`" for topic in (*table.topics_read, *table.topics_heard)) or "nothing"
        parts += ["", f"## {service}", "", f"Reads {read}. Writes {written}.", ""]
        parts.append(markdown(("set off by", "leads to"), [_row(row) for row in table.rows]))
    return "\n".join(parts) + "\n"


def _row(row: Row) -> tuple[str, str]:  # noqa: PLR0911 - one for each kind
    match row:
        case On():
            instead = f"; skipped: `{row.skipped.__name__}`" if row.skipped else ""
            return f"{row.message.__name__} on `{row.message.topic.name}`", f"`{row.do.__name__}`{instead}"
        case Every():
            return f"every {row.seconds:g} s", f"`{row.do.__name__}`"
        case Watch():
            return f"a change in {row.source}", f"`{row.do.__name__}`"
        case Keeps():
            return (
                f"own events on `{row.topic.name}`",
                f"kept as {row.state.__name__ if row.state else 'numbering only'}",
            )
        case Restored():
            return f"own {row.message.__name__}, read back by a restore", f"`{row.do.__name__}`"
        case Answers():
            return f"a question, {row.message.__name__} on `{row.message.topic.name}`", f"`{row.do.__name__}`"
        case Asks():
            return f"somebody who asks {row.message.__name__}", f"an answer on `{row.message.answered_on.name}`"
        case Project() | React():
            once = (
                f"`{row.do.__name__}`, once per event" if isinstance(row, React) else f"read model `{row.collection}`"
            )
            return " ".join(f"`{topic.name}`" for topic in row.topics), once


def markdown(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
