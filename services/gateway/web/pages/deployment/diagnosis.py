"""Reads a failure's parameters into what the page shows of it: a drawing of the shortage, pairs, the last line.

Before it: `DeploymentFailed`, whose parameters each cause has of its own (`contracts/deployments/reasons.py`).
After it: the deployment page.
"""

from dataclasses import dataclass

from services.gateway.locales.texts import Texts
from services.gateway.web.components.shortage.shortage import Shortage, shortage_of
from services.gateway.web.pages.deployment.view import Failure

# What is shown as a pair of name and value, in this order; the rest is drawn or is a log line.
_PAIRS = ("image", "container", "restarts", "exitCode", "path", "answer", "kind", "name", "message", "ready", "wanted")


@dataclass(frozen=True)
class Diagnosis:
    """What was seen, ready to show."""

    shortage: Shortage | None
    pairs: tuple[tuple[str, str], ...]
    last_line: str
    how_to_add: str
    """In the simulated cluster: how to declare an image it does not know."""


def diagnose(failure: Failure, texts: Texts) -> Diagnosis:
    """Sort a failure's parameters; one that is missing is left out."""
    params = failure.params
    seen = [(name, params[name]) for name in _PAIRS if params.get(name) not in {None, ""}]
    pairs = tuple((texts(f"failure.seen.{name}"), texts.value(value)) for name, value in seen)
    return Diagnosis(
        shortage=shortage_of(params),
        pairs=pairs,
        last_line=str(params.get("lastLine", "")),
        how_to_add=str(params.get("howToAdd", "")),
    )
