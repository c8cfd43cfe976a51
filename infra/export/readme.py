"""The generated parts of contracts/README.md, between marks; the rest of the page is written by people."""

import re

from infra.export.tables import choreography, topics_table


class NoMarkError(ValueError):
    """The page lacks the marks of a generated part."""


def with_tables(page: str) -> str:
    """The page with its tables made anew. Raises NoMarkError."""
    for name, table in (("topics", topics_table()), ("choreography", choreography())):
        page = replaced(page, name, table)
    return page


def replaced(page: str, name: str, content: str) -> str:
    """The page with the part between the marks of `name` replaced. Raises NoMarkError."""
    begin, end = f"<!-- made by infra.export: {name} -->", "<!-- end -->"
    made, count = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}",
        lambda _: f"{begin}\n{content}\n{end}",
        page,
        count=1,
        flags=re.DOTALL,
    )
    if count == 0:
        raise NoMarkError(f"contracts/README.md has no part marked {begin} … {end}")
    return made
