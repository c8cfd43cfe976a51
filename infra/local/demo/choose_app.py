"""Chooses the app to be rejected from what the scorecards say, never by its name.

The first app that only its DPIA gate blocks is the one. After earlier runs there may be none left, because the demo's
own DPIA opened that gate; then the demo takes such an app and brings the DPIA back to concept, which closes it again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from appstore_client import AppStore
from appstore_client.models import App, Scorecard

from infra.local.demo.step import UnexpectedError

DPIA = "dpia"
SOURCE = "urn:appstore:demo:dpia"
"""Where the demo's own evidence says it was seen: it is invented, and says so."""


@dataclass(frozen=True)
class Choice:
    """The app and its newest version; `reopened` when an earlier run's DPIA must become a concept again."""

    app: App
    version: str
    reopened: bool


async def choose_app(store: AppStore) -> Choice:
    """Return the app to show; raises `UnexpectedError` when no scorecard fits."""
    seen = [await store.apps.get(card.name) for card in await store.apps.list_all()]
    judged = [(app, app.scorecard) for app in seen if app.scorecard is not None]
    for app, card in judged:
        if blocked_by_dpia_alone(card):
            return Choice(app, card.version, reopened=False)
    for app, card in judged:
        if not card.blocking() and has_evidence_of_the_demo(card):
            return Choice(app, card.version, reopened=True)
    message = f"none of the {len(seen)} apps is blocked by its DPIA gate alone"
    raise UnexpectedError(message)


def blocked_by_dpia_alone(card: Scorecard) -> bool:
    """Whether a DPIA is all that is missing."""
    blocking = card.blocking()
    return bool(blocking) and all(criterion == DPIA for criterion, _ in blocking)


def has_evidence_of_the_demo(card: Scorecard) -> bool:
    """Whether an earlier run brought the DPIA that opened the gate."""
    results = card.criteria[DPIA].results if DPIA in card.criteria else ()
    return any(source.get("uri") == SOURCE for result in results if result.gate for source in result.evidence)


def dpia(status: str) -> dict[str, Any]:
    """Return the demo's DPIA as a fact; `status` is `concept` or `definitief`."""
    today = datetime.now(UTC).date().isoformat()
    return {
        "value": {"status": status, "residualRisk": "laag", "dated": today},
        "assurance": "attested",
        "source": {"uri": SOURCE, "seen": today, "quote": "An invented DPIA, for the demo alone."},
    }
