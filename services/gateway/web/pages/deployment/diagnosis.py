"""Reads a failure's parameters into what the page shows of it: a drawing of the shortage, pairs, the last line.

Before it: `DeploymentFailed`, whose parameters each cause has of its own (`contracts/deployments/reasons.py`).
After it: the deployment page.
"""

from dataclasses import dataclass

from services.gateway.api.diagnosis import lines_of, seen
from services.gateway.locales.texts import Texts
from services.gateway.web.components.shortage.shortage import Shortage, shortage_of
from services.gateway.web.pages.deployment.view import Failure

_DRAWN = frozenset({"resource", "asked", "free", "used", "limit"})
"""What the drawing of a shortage shows already."""


@dataclass(frozen=True)
class Diagnosis:
    """What was seen, ready to show."""

    shortage: Shortage | None
    pairs: tuple[tuple[str, str], ...]
    log: str
    """The last lines of it."""
    how_to_add: str
    """In the simulated cluster: how to declare an image it does not know."""


def diagnose(failure: Failure, texts: Texts) -> Diagnosis:
    """Sort a failure's parameters; one that is missing is left out."""
    params = failure.params
    shortage = shortage_of(params)
    drawn = _DRAWN if shortage is not None else frozenset()
    return Diagnosis(
        shortage=shortage,
        pairs=tuple((one.name, one.value) for one in seen(params, texts) if one.code not in drawn),
        log="\n".join(lines_of(params)),
        how_to_add=str(params.get("howToAdd", "")),
    )
