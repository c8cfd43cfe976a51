"""Proof of use: what the events say about a review's author having run the app. Nothing here can be claimed."""

from collections.abc import Sequence
from datetime import datetime

from contracts.community.proof import ProofOfUse
from services.community.domain.use import Use


def prove_use(uses: Sequence[Use], now: datetime) -> ProofOfUse | None:
    """The proof that these uses of one app by the author's team make; None when there are none."""
    if not uses:
        return None
    in_order = sorted(uses, key=lambda use: use.since)
    return ProofOfUse(
        versions=tuple(dict.fromkeys(use.version for use in in_order)),
        environments=tuple(dict.fromkeys(use.environment for use in in_order)),
        since=in_order[0].since,
        seconds=sum(use.seconds(now) for use in uses),
        running=any(use.until is None for use in uses),
    )
