"""Proof of use: what the events say about a review's author having run the app. Nothing here can be claimed."""

from collections.abc import Sequence
from datetime import datetime

from contracts.community.proof import ProofOfUse
from services.community.domain.use import Use


def prove_use(uses: Sequence[Use], moment: datetime) -> ProofOfUse | None:
    """The proof that these uses of one app by the author's team made at the moment of writing; None without any."""
    found = [(use.environment, span) for use in uses for before in use.spans if (span := before.at(moment)) is not None]
    if not found:
        return None
    found.sort(key=lambda one: one[1].since)
    return ProofOfUse(
        versions=tuple(dict.fromkeys(span.version for _, span in found)),
        environments=tuple(dict.fromkeys(environment for environment, _ in found)),
        since=found[0][1].since,
        seconds=sum(span.seconds(moment) for _, span in found),
        running=any(span.until is None for _, span in found),
    )
