"""Everything a stack lets out or keeps: where a secret or a name could turn up."""

import base64
from collections.abc import AsyncIterator, Iterable, Iterator

import httpx

from contracts import topics
from infra.local.stack import Stack
from tests.e2e.bare_kafka import read_all
from tests.e2e.ledgers import Ledgers

ADDRESSES = ("/health", "/ready", "/metrics")


def logs(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """What each process wrote."""
    for path in sorted(stack.home.logs.iterdir()):
        yield f"log {path.name}", path.read_bytes()


async def told(stack: Stack) -> AsyncIterator[tuple[str, bytes]]:
    """What each service answers to who watches it."""
    async with httpx.AsyncClient(timeout=10) as http:
        for service in stack.ports.services:
            for address in ADDRESSES:
                answer = await http.get(f"http://127.0.0.1:{stack.ports.health(service)}{address}")
                yield f"{service}{address}", answer.content


async def on_the_log(stack: Stack, names: Iterable[str] | None = None) -> AsyncIterator[tuple[str, bytes]]:
    """Every message on every topic: key, headers and value."""
    wanted = [topic.name for topic in topics.ALL] if names is None else list(names)
    for message in await read_all(stack.kafka, wanted):
        yield message.topic, b"\n".join((message.key or b"", repr(message.headers).encode(), message.value))


async def shown_by(canary: str, stack: Stack, *, stored: bool = True) -> list[str]:
    """The places that show a text, also in base64 or hexadecimal; with `stored` the databases too."""
    raw = canary.encode()
    shapes = (raw, raw.hex().encode(), *(_inner_base64(b"\0" * shift + raw, shift) for shift in range(3)))
    places = list(logs(stack))
    places += [place async for place in told(stack)]
    places += [place async for place in on_the_log(stack)]
    if stored:
        ledgers = Ledgers(stack.mongo)
        places += [(f"database of {name}", one) for name in topics.SERVICES for one in ledgers.everything(name)]
        ledgers.close()
    return sorted({place for place, content in places if any(shape in content for shape in shapes)})


def _inner_base64(padded: bytes, shift: int) -> bytes:
    """The part of a base64 text that is the same whatever stands before and after, for one of three alignments."""
    encoded = base64.b64encode(padded)
    return encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]
