"""Chooses the app to be rejected from what the scorecards say, never by its name.

The first app that only its DPIA gate blocks is the one. There may be none left, because a DPIA that somebody brought
(an earlier run of the demo, or a person) opened that gate; then the demo takes such an app and brings the DPIA back to
concept, which closes the gate again. What a person brought as final is final again at the end.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from appstore_client import AppStore
from appstore_client.models import App, Result, Scorecard

from infra.local.demo.step import UnexpectedError

DPIA = "dpia"
SOURCE = "urn:appstore:demo:dpia"
"""Where the demo's own evidence says it was seen: it is invented, and says so."""
STAND_IN = "urn:appstore:demo:dpia:stand-in"
"""The same, where the demo's evidence takes the place of a final DPIA that a person brought."""
OPEN = ("pass", "warn")
"""The verdicts of a gate that a DPIA opened; `n/a` means that none is asked for."""
BEGIN_ANEW = "make down reset up"
LOOK = 0.2
"""Seconds between two looks at apps that are not scored yet."""
SETTLED = 5.0
"""Seconds after which no further app is expected in a list in which none fits."""


@dataclass(frozen=True)
class Choice:
    """The app and its newest version, with what earlier evidence asks of the demo.

    `reopened`: a DPIA opened the gate and must become a concept first. `ends_final`: a person's final DPIA stood.
    """

    app: App
    version: str
    reopened: bool
    ends_final: bool

    @property
    def source(self) -> str:
        """Where the demo's evidence says it was seen."""
        return STAND_IN if self.ends_final else SOURCE


async def scored_apps(store: AppStore) -> list[App]:
    """Return the listed apps once there is one and all are scored, as after a first start; its caller has a deadline.

    An app that shows no version, because each is withdrawn, is never scored and is left out.
    """
    while True:
        seen = [await store.apps.get(card.name) for card in await store.apps.list_all()]
        judged = [app for app in seen if app.scorecard is not None]
        if judged and all(app.scorecard is not None or _withdrawn(app) for app in seen):
            return judged
        await asyncio.sleep(LOOK)


async def choose_among_scored(store: AppStore) -> Choice:
    """Return the app to show, also while apps still arrive; raises `UnexpectedError` when none fits after a while."""
    began = time.monotonic()
    while True:
        apps = await scored_apps(store)
        try:
            return choose_app(apps)
        except UnexpectedError:
            if time.monotonic() - began > SETTLED:
                raise
        await asyncio.sleep(LOOK)


def choose_app(apps: list[App]) -> Choice:
    """Return the app to show; raises `UnexpectedError` when no scorecard fits."""
    judged = [(app, app.scorecard) for app in apps if app.scorecard is not None]
    for app, card in judged:
        if blocked_by_dpia_alone(card):
            return Choice(app, card.version, reopened=False, ends_final=STAND_IN in _addresses(card))
    for app, card in judged:
        if not card.blocking() and opened_by_evidence(app, card):
            return Choice(app, card.version, reopened=True, ends_final=SOURCE not in _addresses(card))
    message = (
        f"none of the {len(apps)} apps is blocked by its DPIA gate alone, and none passes it on a DPIA that somebody "
        "brought. A stack that begins anew, and forgets everything that was stored, has one"
    )
    raise UnexpectedError(message, (BEGIN_ANEW,))


def blocked_by_dpia_alone(card: Scorecard) -> bool:
    """Whether a DPIA is all that is missing."""
    blocking = card.blocking()
    return bool(blocking) and all(criterion == DPIA for criterion, _ in blocking)


def opened_by_evidence(app: App, card: Scorecard) -> bool:
    """Whether the DPIA gate is open because of a fact that the app's publisher did not bring."""
    published = [fact.get("source") for fact in (app.facts or {}).values() if fact]
    gates = [gate for gate in _dpia_gates(card) if gate.verdict in OPEN]
    return any(source not in published for gate in gates for source in gate.evidence)


def dpia(status: str, source: str) -> dict[str, Any]:
    """Return the demo's DPIA as a fact; `status` is `concept` or `definitief`, `source` where it was seen (URI)."""
    today = datetime.now(UTC).date().isoformat()
    return {
        "value": {"status": status, "residualRisk": "laag", "dated": today},
        "assurance": "attested",
        "source": {"uri": source, "seen": today, "quote": "An invented DPIA, for the demo alone."},
    }


def _withdrawn(app: App) -> bool:
    return bool(app.versions) and all(version.withdrawn for version in app.versions)


def _dpia_gates(card: Scorecard) -> list[Result]:
    return [result for result in card.criteria[DPIA].results if result.gate] if DPIA in card.criteria else []


def _addresses(card: Scorecard) -> set[str]:
    return {source.get("uri") or "" for gate in _dpia_gates(card) for source in gate.evidence}
