"""A verdict as the criteria mark shows it.

Before it: the `verdict` read model. After it: the apps page and the app page.
"""

from typing import Any

from services.gateway.web.components.criteria_mark.score import Score
from services.gateway.web.pages.app.verdicts import score_shown

Document = dict[str, Any]
NOT_SCORED = Score({}, None, "unknown")


def score_of(verdict: Document | None) -> Score:
    """The five criteria with points and gate; nothing is known of a version that has no verdict yet."""
    if verdict is None:
        return NOT_SCORED
    return score_shown(verdict["criteria"], verdict["score"]["points"], verdict["gates"])
