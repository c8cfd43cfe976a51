"""Who says so, and what that weighs: whether evidence takes the place of what is known already.

`evidence.py` asks when somebody brings evidence, `fact.py` asks again each time facts are put together: the catalog may
have verified something since. What somebody merely declares never undoes what somebody verified or attested.
"""

from datetime import date
from typing import Any

from contracts.apps.facts import Assurance, Fact

WEAKEST_FIRST = (Assurance.DECLARED, Assurance.ATTESTED, Assurance.VERIFIED)


def outweighs(evidence: Fact[Any], day: date | None, known: Fact[Any] | None) -> bool:
    """Whether evidence recorded on this day takes the place of the fact of its kind that is known.

    Weaker evidence does so only when the known fact's last day had passed. That something does not apply never takes
    the place of a value: `n/a` opens a gate and leaves the score, so it needs more than somebody's word.
    """
    if known is None:
        return True
    if evidence.value is None and known.value is not None:
        return False
    if WEAKEST_FIRST.index(evidence.assurance) >= WEAKEST_FIRST.index(known.assurance):
        return True
    return day is not None and known.valid_until is not None and known.valid_until < day
