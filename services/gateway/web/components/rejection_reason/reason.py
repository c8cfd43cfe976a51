"""One rule that stopped a request: what is wrong, why, which law or policy, and what solves it.

Before it: `DeploymentRejected` with the texts of its `RulePublished`, in the reader's language.
After it: `rejection_reason.html`.
"""

from dataclasses import dataclass
from typing import Literal

from services.gateway.web.components.criteria_mark.score import Criterion


@dataclass(frozen=True)
class Law:
    """The article or policy a rule rests on."""

    name: str
    href: str | None = None


@dataclass(frozen=True)
class RejectionReason:
    """Why one rule said no."""

    criterion: Criterion | Literal["other"]
    verdict: Literal["fail", "unknown"]
    wrong: str
    why: str
    law: Law | None
    solution: str | None
