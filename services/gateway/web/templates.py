"""The one template environment of the pages: escaping always on, an unknown name is an error.

Before it: a page's `render(view, texts)`. After it: the HTML of pages and components.
"""

import re
from datetime import timedelta
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from services.gateway.locales.texts import Texts
from services.gateway.web.components.criteria_mark.score import CRITERIA
from services.gateway.web.components.criteria_mark.shapes import SHAPES

WEB_FOLDER = Path(__file__).parent
NO_LINK = "#"
_SAFE_HREF = re.compile(r"(?:https?://[^\s/\\]|/(?![/\\])|\?|#)[^\s\\]*|/", re.IGNORECASE)


@cache
def environment() -> Environment:
    """The environment, built once; templates are named by their path under `web/`."""
    made = Environment(
        loader=FileSystemLoader(WEB_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(shapes=SHAPES, criteria=CRITERIA)
    made.filters.update(
        safe_href=safe_href,
        found=mark_found,
        seconds=_as_time,
        stopwatch=stopwatch,
    )
    return made


def render_page(template: str, texts: Texts, **names: object) -> str:
    """The page's HTML; `t` are the texts in the reader's language."""
    return environment().get_template(template).render(t=texts, **names)


def safe_href(address: str) -> str:
    """The address when it is http(s) or a path of our own, else nothing to click: data may say `javascript:`."""
    return address if _SAFE_HREF.fullmatch(address) else NO_LINK


def mark_found(text: str, words: tuple[str, ...]) -> Markup:
    """The text, escaped, with each word that was searched for marked."""
    wanted = [re.escape(word) for word in words if word]
    if not wanted:
        return escape(text)
    pieces = re.split(f"({'|'.join(wanted)})", text, flags=re.IGNORECASE)
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces)
    )


def stopwatch(seconds: float) -> str:
    """Time since the start as a stopwatch shows it: 1:12."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def _as_time(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)
