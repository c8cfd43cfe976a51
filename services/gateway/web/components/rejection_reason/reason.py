"""One rule that stopped a request: what is wrong, why, which law or policy, and what solves it.

Before it: `DeploymentRejected` with the texts of its `RulePublished`, in the reader's language.
After it: `rejection_reason.html`.
"""

from dataclasses import dataclass
from typing import Literal

from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import Verdict


@dataclass(frozen=True)
class Law:
    """The article or policy a rule rests on."""

    name: str
    href: str | None = None


@dataclass(frozen=True)
class RejectionReason:
    """Why one rule said no."""

    criterion: Criterion | Literal["other"]
    verdict: Verdict
    """Fail or unknown: both block at a gate."""
    wrong: str
    why: str
    law: Law | None
    solution: str | None
