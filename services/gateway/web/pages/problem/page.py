"""The page somebody sees when a page cannot be shown: what happened, why, what now, in that order.

Before it: a refusal or an error of the gateway's web routes. After it: the way on.
"""

from dataclasses import dataclass

from services.gateway.locales.texts import Texts
from services.gateway.web.layout.frame import Frame
from services.gateway.web.templates import render_page

# The statuses with a text of their own; another one is told as its class (4xx as 400, 5xx as 500).
_WITH_TEXTS = frozenset({400, 401, 403, 404, 413, 422, 429, 500, 503})
_SERVER_FAULT = 500
_NOT_SIGNED_IN = 401


@dataclass(frozen=True)
class ProblemView:
    """A problem; the three sentences are chosen already when the refusal has texts of its own."""

    frame: Frame
    status: int
    what: str | None = None
    why: str | None = None
    now: str | None = None
    commands: tuple[str, ...] = ()
    """What to type, when the way on is a command."""
    code: str | None = None
    """The problem's code, on the page that explains it."""
    fault: str | None = None
    """Whose turn it is, as a sentence."""
    reference: str | None = None
    """The correlation id that finds this request in the logs."""


def render(view: ProblemView, texts: Texts) -> str:
    """The page as HTML."""
    told = view.status if view.status in _WITH_TEXTS else 500 if view.status >= _SERVER_FAULT else 400
    return render_page(
        "pages/problem/page.html",
        texts,
        view=view,
        frame=view.frame,
        live=None,
        what=view.what or texts(f"problem.{told}.what"),
        why=view.why or texts(f"problem.{told}.why"),
        now=view.now or texts(f"problem.{told}.now"),
        offer_sign_in=view.status == _NOT_SIGNED_IN and view.frame.sign_in_url,
    )
