"""What people type into a page's form, made safe to use: bounded in length, without control characters.

Before it: the address of the apps page. After it: the filter on the words of name and description.
"""

import unicodedata

MOST_CHARACTERS = 200
MOST_WORDS = 10


def read_query(typed: str | None) -> str:
    """What somebody searches for, as one line of at most 200 characters."""
    readable = "".join(one if unicodedata.category(one)[0] != "C" else " " for one in (typed or "")[:MOST_CHARACTERS])
    return " ".join(readable.split())


def query_words(query: str) -> tuple[str, ...]:
    """The words of a query, at most ten, each once."""
    return tuple(dict.fromkeys(word.casefold() for word in query.split()))[:MOST_WORDS]


def matches(words: tuple[str, ...], *texts: str) -> bool:
    """Whether every word stands somewhere in the texts: the filter of the apps page."""
    whole = " ".join(texts).casefold()
    return all(word in whole for word in words)
