"""Turns a scorecard into the explained criteria of the app page, and objections into reasons for a rejection.

Before it: `api/scorecard.py`, which has put the rules' texts in the reader's language already.
After it: the app page and the deployment page.
"""

from collections.abc import Iterable

from contracts.apps.facts import Assurance
from contracts.apps.facts import Source as Seen
from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import Verdict
from services.gateway.api.operations import ObjectionShown
from services.gateway.api.scorecard import RuleShown, Scorecard
from services.gateway.web.components.criteria_mark.score import Gate, Score
from services.gateway.web.components.criterion_row.criterion import CriterionVerdict, RuleVerdict
from services.gateway.web.components.rejection_reason.reason import Law, RejectionReason
from services.gateway.web.components.who_says_so.source import UNKNOWN, Source
from services.gateway.web.pages.app.facts import source_of

_NOTHING_TO_DO = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE})
_GATES: dict[str, Gate] = {"fail": "failed", "unknown": "unknown"}


def score_shown(criteria: dict[str, str], points: int | None, gates: str) -> Score:
    """The mark of a version: its verdict per criterion, its points, and whether a gate blocks."""
    verdicts = {Criterion(name): Verdict(verdict) for name, verdict in criteria.items()}
    return Score(verdicts, points, _GATES.get(gates, "open"))


def criteria_of(scorecard: Scorecard | None) -> tuple[CriterionVerdict, ...]:
    """The five in their order; without a scorecard all are unknown."""
    if scorecard is None:
        return tuple(CriterionVerdict(criterion, Verdict.UNKNOWN, ()) for criterion in Criterion)
    return tuple(
        CriterionVerdict(
            criterion,
            Verdict(scorecard.criteria[criterion].verdict),
            tuple(map(_rule, scorecard.criteria[criterion].results)),
        )
        for criterion in Criterion
    )


def reasons_of(objections: Iterable[ObjectionShown]) -> tuple[RejectionReason, ...]:
    """Why a deployment was rejected, rule by rule."""
    return tuple(
        RejectionReason(
            criterion=Criterion(one.criterion),
            verdict=Verdict(one.verdict),
            wrong=one.message,
            why=one.title,
            law=Law(one.legal_reference.title, one.legal_reference.uri),
            solution=one.remedy or None,
        )
        for one in objections
    )


def _rule(shown: RuleShown) -> RuleVerdict:
    verdict = Verdict(shown.verdict)
    applies = verdict is not Verdict.NOT_APPLICABLE
    return RuleVerdict(
        title=shown.title,
        verdict=verdict,
        finding=shown.message,
        earned=shown.points if applies else None,
        possible=shown.weight if applies else None,
        is_gate=shown.gate,
        law=Law(shown.legal_reference.title, shown.legal_reference.uri),
        source=_source(shown),
        raises=None if verdict in _NOTHING_TO_DO else shown.remedy or None,
    )


def _source(shown: RuleShown) -> Source:
    if shown.assurance is None or not shown.evidence:
        return UNKNOWN
    return source_of(Assurance(shown.assurance), Seen.model_validate(shown.evidence[0]))
