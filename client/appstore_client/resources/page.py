"""Reads a list, one part or up to a bounded number of parts."""

from collections.abc import Mapping

from appstore_client.models.base import Item, Page
from appstore_client.transport import Call, Transport

Query = Mapping[str, str | int | bool | None]
MOST_ITEMS = 1000


async def read_page(transport: Transport, path: str, query: Query, model: type[Item]) -> Page[Item]:
    """Return one part of a list."""
    payload = await transport.send(Call("GET", path, query=query))
    return Page(tuple(model.read(item) for item in payload["items"]), payload.get("next"))


async def read_all(transport: Transport, path: str, query: Query, model: type[Item]) -> Page[Item]:
    """Return the list from its start; `next` is None unless it has more than `MOST_ITEMS` items."""
    page = await read_page(transport, path, query, model)
    items = list(page.items)
    while page.next and len(items) < MOST_ITEMS:
        page = await read_page(transport, path, {**query, "cursor": page.next}, model)
        items += page.items
    return Page(tuple(items), page.next)
